/** @file `audit one-run` on Dirac canaries: a plan's claim against what an auditor guesses. */

import { refuseExisting } from '@softpost/shared/artifact/atomic-write';
import { SoftpostError } from '@softpost/shared/errors';
import { createSamplingPlan, type PlanOptions, planPrivacy, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { scoreDiracCanaries } from './dirac-canaries.ts';
import type { AuditContext } from './mechanism.ts';
import { epsilonLowerBound, guessByRank, type Guesses } from './one-run-bound.ts';
import { CONFIDENCE, oneRunVerdict, type Verdict } from './verdict.ts';
import { writeOneRunPage } from './one-run-page.ts';

export interface OneRunSettings {
  /** m, at least 64 */
  readonly canaries: number;
  /** r, at most m */
  readonly guesses: number;
  /** HTML page with the plot. */
  readonly reportFile?: string | undefined;
}

/** What was guessed from one kind of score. */
export interface ScoreFinding extends Guesses {
  readonly score: string;
  readonly epsilonLowerBound: number;
}

export interface OneRunReport extends ScoreFinding, Verdict {
  readonly kind: 'dirac' | 'text';
  readonly confidence: number;
  /** null where no privacy is claimed. */
  readonly epsilonClaimed: number | null;
  readonly delta: number;
  /** Whether private data were read: then none of this may leave the site. */
  readonly local: boolean;
  /** Every score that was tried; the error is shared out among them. The first fields are those of the highest bound. */
  readonly scores: readonly ScoreFinding[];
}

/** @throws BAD_PRIVACY_PARAMETER, PRIVACY_UNREACHABLE, BAD_OPTION, FILE_EXISTS, CANCELLED */
export async function auditDirac(
  { plan: planOptions, ...settings }: OneRunSettings & { readonly plan: PlanOptions },
  context: AuditContext,
): Promise<OneRunReport> {
  await checkSettings(settings);
  const plan = createSamplingPlan(planOptions);
  const { included, updates, replay } = await scoreDiracCanaries(plan, settings.canaries, context);
  return reportOneRun('dirac', { updates, replay }, included, { ...settings, plan, delta: plan.delta });
}

export async function checkSettings({ canaries, guesses, reportFile }: OneRunSettings): Promise<void> {
  if (canaries < 64) throw new SoftpostError('BAD_OPTION', `--canaries is ${canaries}; fewer than 64 show nothing`);
  if (guesses < 2 || guesses > canaries)
    throw new SoftpostError('BAD_OPTION', `--guesses must be 2 to ${canaries}, the number of canaries, got ${guesses}`);
  if (reportFile !== undefined) await refuseExisting(reportFile);
}

/** Guesses by each score, and holds the best bound against the claim. */
export async function reportOneRun(
  kind: OneRunReport['kind'],
  scores: Readonly<Record<string, Float64Array>>,
  included: Uint8Array,
  {
    guesses,
    reportFile,
    plan,
    delta,
  }: OneRunSettings & { readonly plan: SamplingPlan | undefined; readonly delta: number },
): Promise<OneRunReport> {
  const significance = (1 - CONFIDENCE) / Object.keys(scores).length;
  const findings = Object.entries(scores).map(([score, values]) => {
    const guessed = guessByRank(values, included, guesses);
    return { score, ...guessed, epsilonLowerBound: epsilonLowerBound(guessed, delta, significance) };
  });
  const best = findings.reduce((a, b) => (b.epsilonLowerBound > a.epsilonLowerBound ? b : a));
  const claimed = plan && planPrivacy(plan).epsilon;
  const report = {
    kind,
    ...best,
    confidence: CONFIDENCE,
    epsilonClaimed: claimed ?? null,
    delta,
    local: kind === 'text',
    scores: findings,
    ...oneRunVerdict(best.epsilonLowerBound, claimed),
  };
  if (reportFile !== undefined) await writeOneRunPage(reportFile, report, scores[best.score]!, included);
  return report;
}

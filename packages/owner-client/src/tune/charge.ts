/** @file A tuning run and the ledger: reserved before it begins, and each step taken before it draws anything. */

import { resolve } from 'node:path';
import type { PrivacyStatement } from '@softpost/shared/artifact/prompt-card';
import type { Report } from '@softpost/shared/events';
import { phasesOf } from '@softpost/shared/privacy/event';
import type { GradientSource } from '@softpost/shared/prompt-tuning/descend';
import { lineageEpsilon, runsChargedTo } from '../ledger/accounts.ts';
import type { LedgerRun } from '../ledger/ledger-run.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { runEvent, type SamplingPlan } from '../privacy/sampling-plan.ts';
import type { PrivateExamples } from '../private-data/private-examples.ts';
import type { TuneOptions } from './tune-options.ts';

interface ChargedRun {
  readonly options: TuneOptions;
  readonly plan: SamplingPlan | undefined;
  /** Not private where the randomness is not, and then charged as such. */
  readonly privacy: PrivacyStatement;
  readonly examples: PrivateExamples;
  /** Steps that the checkpoint has done. */
  readonly from: number;
  /** What makes it the same run again, the output path apart. */
  readonly purpose: string;
  readonly emit: Report;
}

/** @throws BUDGET_EXCEEDED, BUDGET_FIXED, CLOCK_BEHIND, LEDGER_*, CANNOT_WRITE */
export function beginCharged(ledger: Ledger, charge: ChargedRun): LedgerRun {
  const { options, plan, privacy, examples, from, purpose, emit } = charge;
  const run = ledger.begin({
    records: examples.hashes(
      (text) => ledger.hashRecord(text),
      (name) => ledger.hashUser(name),
    ),
    purpose: [resolve(options.outDir), purpose],
    adjacency: plan?.adjacency ?? 'add-or-remove-one',
    unit: plan?.user ? `user (${plan.user.column})` : 'example',
    phases: plan && privacy.dp ? phasesOf(runEvent(plan), plan.adjacency) : null,
    steps: options.steps,
    from,
    certified: privacy.dp ? { epsilon: privacy.epsilon, delta: privacy.delta } : null,
    cap: options.budget,
  });
  if (privacy.dp) warnOfEarlierRuns(ledger, run, emit);
  return run;
}

/** What was drawn counts, whatever becomes of it: so the step is written down first. */
export function chargedGradients(run: LedgerRun, source: GradientSource): GradientSource {
  return (prompt, step) => {
    run.spend();
    return source(prompt, step);
  };
}

/** Without a cap nothing stops the sum from growing, so it is said. */
function warnOfEarlierRuns(ledger: Ledger, { lineage: id }: LedgerRun, emit: Report): void {
  const accounts = ledger.accounts();
  const lineage = accounts.lineages.get(id)!;
  const earlier = runsChargedTo(accounts, lineage).length - 1;
  if (earlier === 0 || lineage.terms?.cap != null) return;
  const epsilon = lineageEpsilon(accounts, lineage);
  const spends = Number.isFinite(epsilon)
    ? `spend epsilon ${epsilon.toFixed(2)} at delta ${lineage.terms!.delta}`
    : 'have no bound, as one of them was without privacy';
  const message = `this run and ${earlier} earlier on some of the same records together ${spends}; no cap is set (--budget), softpost-owner budget shows all (this line is private)`;
  emit({ kind: 'message', level: 'warning', message });
}

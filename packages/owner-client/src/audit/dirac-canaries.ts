/**
 * @file One-run audit of the optimiser alone: canaries whose gradients are unit vectors of their own, through the real sampler, clipper and noise.
 * Nothing is trained and no data are read, so the whole budget of guesses goes into sampling, clipping and noise.
 */

import { yieldToEvents } from '@softpost/shared/engine/compute-task';
import type { EncodedExample, GradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import { PrivateExamples } from '../private-data/private-examples.ts';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import { secureRandom } from '../tune/csprng.ts';
import { type AuditContext, shippedMechanism, tossCoins } from './mechanism.ts';

export interface DiracScores {
  /** [m] 1 for a canary that was in. */
  readonly included: Uint8Array;
  /** [m] Log-likelihood ratio of in to out, from the noisy gradients. */
  readonly updates: Float64Array;
  /**
   * [m] The same after the noise of another run without canaries is taken off: an attacker who can make the noise again
   * (a known seed, a constant source) sees everything, and all others lose a little.
   */
  readonly replay: Float64Array;
}

/** Canaries, and trained parameters, of one run. Runs share nothing, so many of them are one mechanism with more canaries. */
const BLOCK = 2048;

/** Canary gradients are so many clip norms long: a clipper that lets through more than C is seen at once. */
const LENGTH = 10;

const MICROBATCH = 64;

/** Runs the mechanism of `plan` on m Dirac canaries, each in by its own coin. @throws CANCELLED through the signal */
export async function scoreDiracCanaries(
  plan: SamplingPlan,
  canaries: number,
  { emit, signal, mechanism = shippedMechanism, coins = secureRandom() }: AuditContext,
): Promise<DiracScores> {
  const included = tossCoins(canaries, coins);
  const updates = new Float64Array(canaries);
  const replay = new Float64Array(canaries);
  const blocks = Math.ceil(canaries / BLOCK);
  for (let block = 0; block < blocks; block++) {
    const from = Math.round((block * canaries) / blocks);
    const size = Math.round(((block + 1) * canaries) / blocks) - from;
    const members = canaryExamples(included.subarray(from, from + size));
    const seen = mechanism(plan, members, canaryProgram(LENGTH * plan.clipNorm), MICROBATCH);
    const again = mechanism(plan, members, canaryProgram(0), MICROBATCH);
    const parameters = new Float32Array(size);
    const unit = plan.expectedLotSize / plan.clipNorm;
    for (let step = 0; step < plan.steps; step++) {
      signal.throwIfAborted();
      const { gradient } = await seen(parameters, step);
      const { gradient: noise } = await again(parameters, step);
      for (let canary = 0; canary < size; canary++) {
        const along = unit * gradient[canary]!;
        updates[from + canary]! += logRatio(plan, along, 1);
        replay[from + canary]! += logRatio(plan, along - unit * noise[canary]!, Math.SQRT2);
      }
      await yieldToEvents();
      emit({
        kind: 'progress',
        phase: 'audit',
        step: block * plan.steps + step + 1,
        steps: blocks * plan.steps,
        metrics: {},
      });
    }
  }
  return { included, updates, replay };
}

/** One record for each canary that is in; its only token is the number of its direction. */
function canaryExamples(included: Uint8Array): PrivateExamples {
  const examples: EncodedExample[] = [];
  included.forEach((bit, direction) => {
    if (bit === 1) examples.push({ input: { inputIds: Int32Array.of(direction), scoredIndex: 0 }, label: 0 });
  });
  return new PrivateExamples(examples, []);
}

/** In the place of the student: the gradient of a canary is `length` along its direction. */
function canaryProgram(length: number): GradientProgram {
  let gradients = new Float32Array();
  return {
    run: (prompt, examples) => {
      if (gradients.length === examples.length * prompt.length) gradients.fill(0);
      else gradients = new Float32Array(examples.length * prompt.length);
      for (const [row, { input }] of examples.entries()) gradients[row * prompt.length + input.inputIds[0]!] = length;
      return Promise.resolve({ gradients, losses: new Float32Array(examples.length) });
    },
    dispose: () => Promise.resolve(),
  };
}

/**
 * log of (1 - q) + q N(1, s^2)/N(0, s^2) at x, the sum along a direction in clip norms: the best score there is for the mechanism as
 * planned (Neyman-Pearson), and increasing in x for any other.
 */
function logRatio({ samplingRate: q, noiseMultiplier }: SamplingPlan, x: number, scale: number): number {
  const exponent = (2 * x - 1) / (2 * (scale * noiseMultiplier) ** 2);
  return exponent > 500 ? exponent + Math.log(q) : Math.log1p(q * Math.expm1(exponent));
}

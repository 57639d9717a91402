/** @file The guard of per-example gradients: clipping bounds what one record does only where no other record is in its gradient. */
import { SoftpostError } from '@softpost/shared/errors';
import type { GradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';

/** Float32 leaves differences of about 1e-6 between batches of different shape. */
const TOLERANCE = 1e-3;

/**
 * The same program, which compares the first and the last record of its first batch of several with a pass of each alone. It comes
 * before the noise of that step, and with batches of one record there is nothing to compare.
 * @throws EXAMPLES_MIXED, in words that do not depend on the records
 */
export function withoutInterference(program: GradientProgram): GradientProgram {
  let isChecked = false;
  return {
    run: async (prompt, examples) => {
      const result = await program.run(prompt, examples);
      if (isChecked || examples.length < 2) return result;
      const row = (index: number): Float32Array =>
        result.gradients.subarray(index * prompt.length, (index + 1) * prompt.length);
      const scale = Math.max(...examples.map((_, index) => finiteNorm(row(index))));
      for (const index of [0, examples.length - 1]) {
        const alone = (await program.run(prompt, [examples[index]!])).gradients;
        if (!isSame(row(index), alone, TOLERANCE * scale)) {
          const message =
            'the gradient of a record changes with the records that share its batch: no clip norm can bound it';
          throw new SoftpostError('EXAMPLES_MIXED', message);
        }
      }
      isChecked = true;
      return result;
    },
    dispose: () => program.dispose(),
  };
}

/** The difference is held against the largest gradient of the batch, since that is what could leak into a small one. */
function isSame(together: Float32Array, alone: Float32Array, slack: number): boolean {
  if (!alone.every(Number.isFinite)) return !together.every(Number.isFinite);
  return norm(together.map((value, i) => value - alone[i]!)) <= slack;
}

function finiteNorm(values: Float32Array): number {
  const length = norm(values);
  return Number.isFinite(length) ? length : 0;
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

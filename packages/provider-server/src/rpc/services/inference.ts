/** @file InferenceService: the teachers with the prompts of one tenant. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import { tenantIdOf } from '../tenant-id-of.ts';
import type { Serving } from '../../serve/serving.ts';

const FINISH_REASONS = { stop: 'FINISH_REASON_STOP', length: 'FINISH_REASON_LENGTH' } as const;

export function inferenceService(serving: Serving): ServiceOf<'InferenceService', CallContext> {
  return {
    Classify: async ({ promptId, texts }, call) => {
      const { classifications, usage } = await serving.classify(
        { tenantId: tenantIdOf(call), promptId, texts },
        call.signal,
      );
      return {
        classifications: classifications.map(({ label, scores }) => ({
          label,
          scores: scores.map((score) => ({ ...score })),
        })),
        usage,
      };
    },

    Generate: async function* ({ promptId, text, ...asked }, call) {
      const writing = {
        // Zero stands for what was left out.
        maxTokens: asked.maxTokens || undefined,
        temperature: asked.temperature,
        topP: asked.topP || 1,
        stop: asked.stop,
        seed: asked.seed,
      };
      const pieces = serving.generate({ tenantId: tenantIdOf(call), promptId, text, ...writing }, call.signal);
      for await (const { text: piece, end } of pieces) {
        if (end) yield { text: piece, finishReason: FINISH_REASONS[end.finish], usage: end.usage };
        else if (piece !== '') yield { text: piece };
      }
    },
  };
}

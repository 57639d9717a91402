/** @file For tests: the HTTP port in a process of its own, in front of a teacher that never stops writing. It answers with its memory. */

import { SoftpostError } from '@softpost/shared/errors';
import { answerWithMemory } from '../memory.fixture.ts';
import { createSlots } from '../rpc/slots.ts';
import type { Serving } from '../serve/serving.ts';
import { startHttpServer } from './http-server.ts';
import { createMetrics } from './metrics.ts';

const metrics = createMetrics();
const text = 'x'.repeat(64 << 10);
const serving: Serving = {
  teachers: ['teacher'],
  open: async () => undefined,
  classify: () => Promise.reject(new SoftpostError('NOT_OFFERED', 'it only writes')),
  generate: async function* (_call, signal) {
    for (;;) {
      signal?.throwIfAborted();
      yield { text };
    }
  },
  stats: async () => new Map(),
  close: async () => undefined,
};
const server = await startHttpServer({
  serving,
  metrics,
  authenticate: async (keyId) => {
    if (keyId.startsWith('spk')) return { tenantId: keyId, keyId, role: 'owner' };
    throw new SoftpostError('UNAUTHENTICATED', 'the key is not valid');
  },
  listPrompts: async () => [],
  slots: createSlots(),
  limits: { calls: 64, callsPerTenant: 32 },
  port: 0,
});

answerWithMemory();
process.send!({ url: server.url });

/** @file The same requests over TLS and gRPC on loopback, a connection and a tenant for each client. Clients and server share one process. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@softpost/provider-server/log';
import { startServer } from '@softpost/provider-server/rpc/server';
import { inferenceService } from '@softpost/provider-server/rpc/services/inference';
import type { Serving } from '@softpost/provider-server/serve/serving';
import { createServerFolder } from '@softpost/provider-server/tls/tls-folder';
import { openChannel } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';

const CLASSIFY = '/softpost.v1.InferenceService/Classify';
const GENERATE = '/softpost.v1.InferenceService/Generate';

export interface OverGrpc {
  readonly classify: (client: number, text: string) => Promise<void>;
  /** @returns tokens written */
  readonly generate: (client: number, text: string, maxTokens: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Client `i` is the tenant `tenant i` with the prompt `i`. */
export async function serveOverGrpc(serving: Serving, clients: number): Promise<OverGrpc> {
  const dir = await mkdtemp(join(tmpdir(), 'softpost-bench-'));
  const tls = join(dir, 'tls');
  await createServerFolder(tls, { hosts: ['localhost'], days: 1 });
  const server = await startServer({
    config: {
      address: 'localhost:0',
      tls: { certificate: join(tls, 'server.pem'), key: join(tls, 'server-key.pem') },
      limits: { calls: clients, callsPerTenant: 1, timeoutMs: 60_000 },
      reflection: false,
    },
    services: { InferenceService: inferenceService(serving) },
    authenticate: async ({ authorization = '' }) => {
      const id = authorization.replace('Bearer ', '');
      return { role: 'owner', keyId: id, tenant: { id, certificateDigest: null, limits: {} } };
    },
    log: createLog('error', { write: (line) => void process.stderr.write(line) }),
  });
  const ca = await readFile(join(tls, 'ca.pem'));
  const channels = Array.from({ length: clients }, (_, client) =>
    openChannel({ address: `localhost:${server.port}`, ca, apiKey: `tenant ${client}` }),
  );
  return {
    classify: async (client, text) => {
      const message = encodeRequest(CLASSIFY, { promptId: String(client), texts: [text] });
      await channels[client]!.unary(CLASSIFY, message);
    },
    generate: async (client, text, maxTokens) => {
      const message = encodeRequest(GENERATE, { promptId: String(client), text, maxTokens, topP: 1 });
      let written = 0;
      for await (const { usage } of channels[client]!.stream(GENERATE, message)) written += usage?.outputTokens ?? 0;
      return written;
    },
    close: async () => {
      for (const channel of channels) channel.close();
      await server.drain({ delayMs: 0, graceMs: 1000 });
      await rm(dir, { recursive: true });
    },
  };
}

/** @file For tests and benchmarks: a provider in a process of its own, which serves one file to anybody with a key that begins with `spk`. */

import { SoftpostError } from '@softpost/shared/errors';
import { fileChunks } from '@softpost/shared/rpc/file-chunks';
import { createLog } from '../log.ts';
import { answerWithMemory } from '../memory.fixture.ts';
import { startServer } from './server.ts';

const [tlsDir, file] = process.argv.slice(2) as [string, string];
const nothing = async (): Promise<object> => ({});

const server = await startServer({
  config: {
    address: 'localhost:0',
    tls: { certificate: `${tlsDir}/server.pem`, key: `${tlsDir}/server-key.pem` },
    limits: { calls: 64, callsPerTenant: 32, timeoutMs: 30_000 },
    reflection: false,
  },
  services: {
    StudentService: {
      ListStudents: nothing,
      GetStudent: nothing,
      GetLogConsistency: nothing,
      DownloadStudent: async function* ({ offset }) {
        for await (const chunk of fileChunks(file, offset)) yield { chunk };
      },
    },
  },
  authenticate: async ({ authorization }) => {
    if (authorization?.startsWith('Bearer spk')) return { role: 'operator', keyId: authorization, tenant: null };
    throw new SoftpostError('UNAUTHENTICATED', 'the key is not valid');
  },
  log: createLog('info', { write: () => undefined }),
});

answerWithMemory();
process.on('SIGTERM', () => void server.drain({ delayMs: 0, graceMs: 1000 }).then(() => process.exit()));
process.send!({ port: server.port });

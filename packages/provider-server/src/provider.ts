/** @file The provider as one process: what stands behind it, and gRPC and HTTP in front. */

import { join } from 'node:path';
import type { Logger } from 'pino';
import { createAuthenticate, type Directory } from './auth/authenticate.ts';
import { createSecretCheck } from './auth/secret-check.ts';
import { createTokenCheck } from './auth/token.ts';
import { openBackground } from './background.ts';
import type { ProviderConfig } from './config.ts';
import { startHttpServer, type HttpOptions } from './http/http-server.ts';
import { createMetrics } from './http/metrics.ts';
import { createJobs } from './jobs/jobs.ts';
import { ensureOperatorKey } from './rpc/operator-key.ts';
import { startServer } from './rpc/server.ts';
import { createSlots } from './rpc/slots.ts';
import { adminService } from './rpc/services/admin.ts';
import { inferenceService } from './rpc/services/inference.ts';
import { jobService } from './rpc/services/jobs.ts';
import { promptService } from './rpc/services/prompts.ts';
import { publicDataService } from './rpc/services/public-data.ts';
import { studentService } from './rpc/services/students.ts';
import { transferService } from './rpc/services/transfers.ts';
import { startServing } from './serve/serving.ts';
import { tenantPrompts } from './serve/tenant-prompts.ts';
import { findApiKey } from './store/api-keys.ts';
import { listPrompts } from './store/prompts.ts';
import type { Db } from './store/rows.ts';
import { DEFAULT_LIMITS, getTenant } from './store/tenants.ts';
import { startDeciding } from './submission/deciding.ts';
import { readPem } from './tls/read-pem.ts';
import { tlsFilesIn } from './tls/tls-files.ts';

export interface Provider {
  /** Of the gRPC server. */
  readonly port: number;
  readonly httpUrl: string;
  /** The operator's API key lies there. */
  readonly operatorKeyFile: string;
  /** Lets calls end, gives jobs back with their checkpoints, and closes everything. */
  stop(): Promise<void>;
}

/** @throws BAD_CONFIG, CANNOT_LISTEN, FILE_NOT_FOUND, and what opening the background throws */
export async function startProvider(config: ProviderConfig, log: Logger): Promise<Provider> {
  const { dataDir, grpc, http, jwt, privacy, serving: served, teachers } = config;
  const checkToken = jwt && (await createTokenCheck(jwt));
  const background = await openBackground(config, log);
  const { database, store, queue, catalog, key } = background;
  const { db } = database;
  const deciding = startDeciding();
  const metrics = createMetrics();
  const serving = metrics.metered(
    startServing({
      teachers: Object.entries(teachers).map(([id, modelDir]) => ({ id, modelDir })),
      readPrompt: tenantPrompts(db, store),
      budgetBytes: served.bytes,
      generates: served.generate,
      threads: served.threads,
    }),
  );
  const stopAll = async (): Promise<void> => {
    await Promise.all([serving.close(), deciding.close()]);
    await background.stop();
  };
  try {
    const operatorKeyFile = join(dataDir, 'operator-key');
    await ensureOperatorKey(db, operatorKeyFile, log);
    const checkSecret = await createSecretCheck();
    const authenticate = createAuthenticate({ directory: directoryIn(db), checkSecret, checkToken });
    const jobs = createJobs(database, queue);
    const own = tlsFilesIn(dataDir);
    const { certificate = own.certificate, key: tlsKey = own.key, clientAuthorities: clientCa } = grpc;
    const calls = { calls: grpc.concurrentCalls, callsPerTenant: DEFAULT_LIMITS.concurrentCalls };
    const slots = createSlots();
    const server = await startServer({
      config: {
        address: `${grpc.host}:${grpc.port}`,
        tls: { certificate, key: tlsKey, clientCa },
        limits: { ...calls, timeoutMs: 1000 * grpc.callSeconds },
        reflection: grpc.reflection,
      },
      authenticate,
      slots,
      log,
      services: {
        StudentService: studentService(db, store, key),
        PublicDataService: publicDataService(catalog),
        TransferService: transferService({ db, store, jobs, catalog, key, privacy, deciding }),
        JobService: jobService(jobs),
        PromptService: promptService({ db, store, jobs, catalog }),
        InferenceService: inferenceService(serving),
        AdminService: adminService(db, jobs, catalog),
      },
    });
    const web = await startHttpServer({
      host: http.host,
      port: http.port,
      tls: await readTls(http),
      serving,
      metrics,
      authenticate: async (bearer) => {
        const { role, keyId, tenant } = await authenticate({ authorization: `Bearer ${bearer}`, certificate: null });
        return { role, keyId, tenantId: tenant?.id ?? null, concurrentCalls: tenant?.limits.concurrentCalls };
      },
      slots,
      limits: calls,
      listPrompts: async (tenantId) => (await listPrompts(db, tenantId, { pageSize: 100 })).rows,
    }).catch(async (error: unknown) => {
      await server.drain({ delayMs: 0, graceMs: 0 });
      throw error;
    });
    const stop = async (): Promise<void> => {
      const graceMs = 1000 * grpc.drainSeconds;
      await Promise.all([server.drain({ delayMs: 0, graceMs }), web.close(graceMs)]);
      await stopAll();
    };
    return { port: server.port, httpUrl: web.url, operatorKeyFile, stop };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function readTls({ certificate, key }: ProviderConfig['http']): Promise<HttpOptions['tls']> {
  if (certificate === undefined || key === undefined) return undefined;
  const [chain, privateKey] = await Promise.all([certificate, key].map(readPem));
  return { certificate: chain!, key: privateKey! };
}

function directoryIn(db: Db): Directory {
  return { findKey: (id) => findApiKey(db, id), findTenant: (id) => getTenant(db, id).catch(() => undefined) };
}

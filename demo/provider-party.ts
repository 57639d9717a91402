/**
 * @file The provider of the demo: a folder, keys, and a server of its own, on the embedded database, at a free port of this machine. Everybody who
 * connects needs a certificate of its authority.
 */

import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DistillReport } from '@softpost/provider-server/distill/distill';
import { SoftpostError } from '@softpost/shared/errors';
import { runCommand, startProcess, type Flags, type Party } from './command.ts';
import type { StepContext } from './private-transfer.ts';
import { CORPUS_FILE, TRANSFER_FILE } from './public-text.ts';
import { DISTILLATION, PROVIDER_DEFAULTS, SETTINGS } from './settings.ts';

export interface ProviderParty extends AsyncDisposable {
  readonly address: string;
  /** Aborted when the server ends by itself. */
  readonly lost: AbortSignal;
  /** STEP 1: distils a student, signs it, and offers it. */
  readonly offerStudent: (context: StepContext) => Promise<DistillReport>;
  /** Takes an owner in, and makes the folder that it is given on another way than the network: certificates, public key, API key. */
  readonly admit: (ownerPublicKey: string, folder: string, context: StepContext) => Promise<void>;
}

/** In its folder: the texts it has, all of them public. */
export const PUBLIC_FOLDER = 'public';

/** What the commands print, as far as it is read here. */
interface JobAnswer {
  readonly jobId: string;
  readonly reportJson: string;
}
interface IssuedAnswer {
  readonly certificateDigest: string;
}
interface KeyAnswer {
  readonly publicKeyPem: string;
}
interface TenantAnswer {
  readonly tenantId: string;
}

/** @throws SoftpostError UNREACHABLE when the server does not start */
export async function startProvider(dir: string, teacherDir: string, context: StepContext): Promise<ProviderParty> {
  const at = (...names: readonly string[]): string => join(dir, ...names);
  const [tls, config, operator] = [at('data', 'tls'), at('provider.yaml'), at('operator')];
  const party: Party = { program: 'provider', environment: {} };
  await mkdir(at('data'), { recursive: true, mode: 0o700 });
  await runCommand(party, 'tls init', { dir: tls, host: 'localhost' }, context);
  await runCommand(party, 'tls client', { dir: tls, name: 'operator', out: operator }, context);
  // JSON is YAML.
  await writeFile(config, `${JSON.stringify(configuration(teacherDir), undefined, 2)}\n`);
  const server = await serve(party, config, at('serve.log'), context.signal);

  const connection = {
    config,
    address: server.address,
    clientCertificate: join(operator, 'client.pem'),
    clientCertificateKey: join(operator, 'client-key.pem'),
  };
  const operate = async <Result>(command: string, flags: Flags, { emit, signal }: StepContext): Promise<Result> =>
    runCommand<Result>(party, command, { ...connection, ...flags }, { emit, signal });
  return {
    ...server,
    offerStudent: async (inContext) => {
      const { student, teacher, corpus } = SETTINGS;
      const wanted = { name: student, teacher, dataset: corpus, ...DISTILLATION };
      const { jobId, reportJson } = await operate<JobAnswer>('students distill', wanted, inContext);
      await operate('students publish', { job: jobId }, inContext);
      return JSON.parse(reportJson) as DistillReport;
    },
    admit: async (ownerPublicKey, folder, inContext) => {
      const issued = { dir: tls, name: 'owner', out: folder };
      const { certificateDigest } = await runCommand<IssuedAnswer>(party, 'tls client', issued, inContext);
      const { publicKeyPem } = await runCommand<KeyAnswer>(party, 'keys public', { config }, inContext);
      await writeFile(join(folder, 'provider-key.pem'), publicKeyPem);
      await writeFile(at('owner-key.pem'), ownerPublicKey);
      const owner = { name: 'owner', ownerKey: at('owner-key.pem'), certificate: certificateDigest };
      const { tenantId } = await operate<TenantAnswer>('tenants create', owner, inContext);
      await operate('keys create', { tenant: tenantId, out: join(folder, 'api-key') }, inContext);
    },
  };
}

function configuration(teacherDir: string): object {
  const dataset = (file: string): object => ({ file: join(PUBLIC_FOLDER, file), licence: 'CC0-1.0' });
  return {
    dataDir: 'data',
    teachers: { [SETTINGS.teacher]: teacherDir },
    datasets: { [SETTINGS.corpus]: dataset(CORPUS_FILE), [SETTINGS.publicSet]: dataset(TRANSFER_FILE) },
    defaults: PROVIDER_DEFAULTS,
    grpc: { port: 0, clientAuthorities: join('data', 'tls', 'ca.pem') },
    http: { port: 0 },
    // For the column "no DP", which is there for comparison.
    privacy: { allowWithoutDp: true },
  };
}

/** Starts the server and waits until it says where it listens. */
async function serve(
  party: Party,
  config: string,
  logFile: string,
  signal: AbortSignal,
): Promise<Pick<ProviderParty, 'address' | 'lost' | typeof Symbol.asyncDispose>> {
  const log = await open(logFile, 'w');
  const server = startProcess(party, ['serve', '--config', config], log.fd);
  await log.close();
  const lost = new AbortController();
  const exit = once(server, 'exit');
  void exit.then(() => lost.abort(new SoftpostError('UNREACHABLE', `the provider's server ended; see ${logFile}`)));
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await exit;
  };
  try {
    for (;;) {
      AbortSignal.any([signal, lost.signal]).throwIfAborted();
      const [, port] = /serving gRPC at \S+:(\d+)/.exec(await readFile(logFile, 'utf8')) ?? [];
      if (port !== undefined) return { address: `localhost:${port}`, lost: lost.signal, [Symbol.asyncDispose]: stop };
      await sleep(100);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

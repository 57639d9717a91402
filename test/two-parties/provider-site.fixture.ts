/** @file For tests: a provider's site in a folder, with mutual TLS and a small teacher, and its server as a process that can be killed. */

import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { seededRandom } from '@softpost/shared/seeded-random';
import { run, start, type Running } from './programs.fixture.ts';
import { writeSmallTeacher } from './small-teacher.fixture.ts';

export const TEACHER = 'small-teacher';
export const STUDENT = 'small-student';
/** What distillation is asked for, in the flags that `students distill` and `distill` share. */
export const DISTILLATION = { layers: '0,2', seed: '3' } as const;

export interface ProviderSite {
  readonly dir: string;
  readonly configFile: string;
  readonly teacherDir: string;
  readonly publicFile: string;
  /** Of the gRPC server. */
  readonly address: string;
  readonly httpUrl: string;
  readonly caFile: string;
  /** Verifies students; there from the first start on. */
  readonly publicKeyFile: string;
  /** Gives the running server when it serves. */
  readonly start: () => Promise<RunningServer>;
  readonly operatorFiles: ClientFiles;
  /** A command of `softpost-provider` for the running server. */
  readonly operate: <Result>(...args: readonly string[]) => Promise<Result>;
}

/** What a caller shows of itself, in files. */
export interface ClientFiles {
  readonly apiKey: string;
  readonly certificate: string;
  readonly key: string;
}

const WORDS = 'good bad film plot warm dull slow funny great worst long heart moving year'.split(' ');

function publicTexts(count: number): string {
  const random = seededRandom(5);
  const words = (): string => Array.from({ length: 6 }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
  return Array.from({ length: count }, (_, index) => `the ${words()} ${index}`).join('\n');
}

export interface ProviderSettings {
  /** More of provider.yaml. */
  readonly config?: object;
  /** So that a download takes a while. */
  readonly paddingBytes?: number;
}

/** Makes the site; nothing runs yet. */
export async function createProviderSite(
  dir: string,
  { config: settings = {}, paddingBytes = 0 }: ProviderSettings = {},
): Promise<ProviderSite> {
  const at = (name: string): string => join(dir, name);
  const [teacherDir, publicFile, configFile] = [at('teacher'), at('public.txt'), at('provider.yaml')];
  await mkdir(dir, { recursive: true });
  await writeSmallTeacher(teacherDir, paddingBytes);
  await writeFile(publicFile, publicTexts(400));
  await run('provider', 'tls', 'init', '--dir', at('data/tls'));
  await run('provider', 'tls', 'client', '--dir', at('data/tls'), '--name', 'operator', '--out', at('operator'));
  const [grpcPort, httpPort] = await freePorts();
  const config = {
    dataDir: 'data',
    teachers: { [TEACHER]: 'teacher' },
    datasets: { texts: { file: 'public.txt', licence: 'none' } },
    work: { threads: 1 },
    serving: { threads: 1 },
    // Random weights agree about nothing, or by chance about much.
    maxAgreement: 1,
    grpc: { port: grpcPort, clientAuthorities: 'data/tls/ca.pem' },
    http: { port: httpPort },
    ...settings,
  };
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify(config));

  const [certificate, key] = [at('operator/client.pem'), at('operator/client-key.pem')];
  const asOperator = ['--config', configFile, '--client-certificate', certificate, '--client-certificate-key', key];
  const publicKeyFile = at('provider-public.pem');
  return {
    dir,
    configFile,
    teacherDir,
    publicFile,
    address: `localhost:${grpcPort}`,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    caFile: at('data/tls/ca.pem'),
    publicKeyFile,
    operatorFiles: { apiKey: at('data/operator-key'), certificate, key },
    start: async () => {
      const server = startServer(configFile);
      await server.serves;
      const { publicKeyPem } = await run<{ publicKeyPem: string }>(
        'provider',
        'keys',
        'public',
        '--config',
        configFile,
      );
      await writeFile(publicKeyFile, publicKeyPem);
      return server;
    },
    operate: (...args) => run('provider', ...args, ...asOperator),
  };
}

export interface RunningServer extends Running {
  /** @throws Error with what it printed when it ends before it serves */
  readonly serves: Promise<void>;
}

export function startServer(configFile: string): RunningServer {
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const server = start('provider', ['serve', '--config', configFile], ({ message }) => {
    if (typeof message === 'string' && message.startsWith('serving gRPC')) ready();
  });
  const failed = server.ended.then(({ status, errors }) => {
    throw new Error(`the server ended with ${status}:\n${errors}`);
  });
  const serves = Promise.race([isReady, failed]);
  serves.catch(() => undefined);
  return { ...server, serves };
}

/** Distils the student and publishes it. */
export async function publishStudent(provider: ProviderSite, steps: number): Promise<void> {
  const names = ['--name', STUDENT, '--teacher', TEACHER, '--dataset', 'texts'];
  const { layers, seed } = DISTILLATION;
  const how = ['--layers', layers, '--seed', seed, '--steps', String(steps)];
  const { jobId } = await provider.operate<{ jobId: string }>('students', 'distill', ...names, ...how);
  await provider.operate('students', 'publish', '--job', jobId);
}

/** Free when they were looked for; a server that is killed must come back at the same ones. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const portOf = (server: (typeof servers)[number]): Promise<number> =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
  const ports = await Promise.all([portOf(servers[0]), portOf(servers[1])]);
  for (const server of servers) server.close();
  return ports;
}

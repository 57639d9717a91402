/** @file The Docker engine of the tests: the one that answers, or one that is started here for them, where root may install it. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installCompose, installPackages } from './packages.ts';

export interface Engine {
  /** Runs `docker ...args`. @throws with what it wrote to standard error */
  readonly docker: (args: readonly string[], options?: DockerOptions) => Promise<string>;
  /** In which a program that is started finds the engine. */
  readonly environment: NodeJS.ProcessEnv;
  /** It was started here, and reaches no registry. */
  readonly isOwn: boolean;
  stop(): Promise<void>;
}

export interface DockerOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** @default 5 minutes */
  readonly timeoutMs?: number;
  /** Give what went to standard error, too. */
  readonly both?: boolean;
}

const run = promisify(execFile);

/** Leaves routing and firewall of the host as they are. Networks are far from those that providers of machines use. */
const DAEMON_FLAGS = [
  '--storage-driver=overlay2',
  '--iptables=false',
  '--ip6tables=false',
  '--ip-forward=false',
  '--ip-masq=false',
  '--bip=172.30.255.1/24',
  '--default-address-pool=base=172.30.0.0/17,size=24',
];

/** What the tests need beside the engine: the capture is made on the host. */
const PROGRAMS = { tcpdump: 'tcpdump', tshark: 'tshark' };
const DAEMON_PROGRAMS = { dockerd: 'docker.io', iptables: 'iptables' };

/** @returns the engine, or why there is none */
export async function findEngine(): Promise<Engine | string> {
  const folder = await mkdtemp(join(tmpdir(), 'softpost-docker-'));
  try {
    const host = await answeringHost();
    await installPackages({ ...PROGRAMS, ...(host === undefined ? DAEMON_PROGRAMS : {}) });
    return await openEngine(folder, host);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return error instanceof Error ? error.message : String(error);
  }
}

async function openEngine(folder: string, answering: string | undefined): Promise<Engine> {
  const daemon = answering === undefined ? await startDaemon(folder) : undefined;
  const host = daemon?.host ?? answering!;
  const environment: NodeJS.ProcessEnv = { ...process.env, ...(host === '' ? {} : { DOCKER_HOST: host }) };
  const docker: Engine['docker'] = async (args, { variables, timeoutMs = 300_000, both = false } = {}) => {
    const env = { ...environment, ...variables };
    const { stdout, stderr } = await run('docker', args, { env, timeout: timeoutMs, maxBuffer: 64 << 20 });
    return (both ? `${stdout}${stderr}` : stdout).trim();
  };
  const stop = async (): Promise<void> => {
    await daemon?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await docker(['compose', 'version']).catch(async () => {
      environment['DOCKER_CONFIG'] = await installCompose(folder);
      await docker(['compose', 'version']);
    });
    return { docker, environment, isOwn: daemon !== undefined, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where an engine answers: as the environment says (the empty string), or not at all. */
async function answeringHost(): Promise<string | undefined> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 20_000 });
    return '';
  } catch {
    return undefined;
  }
}

async function startDaemon(folder: string): Promise<{ readonly host: string; stop(): Promise<void> }> {
  const socket = join(folder, 'docker.sock');
  const places = ['data-root=data', 'exec-root=run', 'pidfile=dockerd.pid'].map((flag) => {
    const [name, path] = flag.split('=') as [string, string];
    return `--${name}=${join(folder, path)}`;
  });
  await mkdir(join(folder, 'data'));
  const host = `unix://${socket}`;
  const daemon = spawn('dockerd', ['--host', host, ...places, ...DAEMON_FLAGS], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  daemon.stderr.on('data', (text: Buffer) => (log = `${log}${text.toString()}`.slice(-2000)));
  for (let wait = 0; !existsSync(socket); wait++) {
    if (daemon.exitCode !== null || wait > 300) {
      daemon.kill();
      throw new Error(`dockerd does not start: ${log}`);
    }
    await sleep(100);
  }
  return {
    host,
    stop: async () => {
      await end(daemon);
      await unmountBelow(folder);
    },
  };
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return;
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
}

/** The daemon leaves network namespaces mounted, which cannot be removed as files. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) await run('umount', [mount]);
}

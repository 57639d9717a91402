/** @file For tests: the two programs as processes, with what they print. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAMS = {
  provider: join(import.meta.dirname, '../../packages/provider-server/bin/softpost-provider.mjs'),
  owner: join(import.meta.dirname, '../../packages/owner-client/bin/softpost-owner.mjs'),
} as const;

export type Program = keyof typeof PROGRAMS;

export interface Ending {
  /** Null after a signal. */
  readonly status: number | null;
  /** The JSON document on standard output, if there was one. */
  readonly result: unknown;
  /** The last lines on standard error. */
  readonly errors: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
}

const KEPT_LINES = 40;

/** Starts a program with `--json`. @param onLine told of every JSON line on standard error */
export function start(
  program: Program,
  args: readonly string[],
  onLine: (line: Readonly<Record<string, unknown>>) => void = () => undefined,
): Running {
  const child = spawn(process.execPath, [PROGRAMS[program], ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (lines.push(line) > KEPT_LINES) lines.shift();
    if (line.startsWith('{')) onLine(JSON.parse(line) as Record<string, unknown>);
  });
  const ended = once(child, 'close').then(([status]) => ({
    status: status as number | null,
    result: output === '' ? undefined : (JSON.parse(output) as unknown),
    errors: lines.join('\n'),
  }));
  return { child, ended };
}

/** Runs a program to its end. @throws Error with what it printed when it fails */
export async function run<Result>(program: Program, ...args: readonly string[]): Promise<Result> {
  const { status, result, errors } = await start(program, args).ended;
  if (status === 0) return result as Result;
  throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${errors}`);
}

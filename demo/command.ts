/**
 * @file The two programs as their users run them: every command is a process that is given the folders and keys of one party only.
 * Each leads a process group of its own, so that Ctrl-C reaches this process alone, which ends the others in order.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { SoftpostError, type ErrorCode } from '@softpost/shared/errors';
import type { RunEvent } from '@softpost/shared/events';
import type { StepContext } from './private-transfer.ts';

export interface Party {
  readonly program: keyof typeof PROGRAMS;
  /** SOFTPOST_ variables; those of whoever runs the demo are not handed on. */
  readonly environment: Readonly<Record<string, string>>;
}

/** By the name of the option in camel case; `false` stands for `--no-…`, and what is undefined is left out. */
export type Flags = Readonly<Record<string, string | number | false | readonly number[] | undefined>>;

const PACKAGES = join(import.meta.dirname, '../packages');
const PROGRAMS = {
  provider: join(PACKAGES, 'provider-server/bin/softpost-provider.mjs'),
  owner: join(PACKAGES, 'owner-client/bin/softpost-owner.mjs'),
} as const;

/** What a command prints on stderr with `--json`: one of these a line. */
type Line = RunEvent | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/**
 * Runs a command to its end and gives its result; its progress is shown as if it ran here.
 * @throws the command's own error; the reason of the signal, once the command has ended
 */
export async function runCommand<Result>(
  party: Party,
  command: string,
  flags: Flags,
  { emit, signal }: StepContext,
): Promise<Result> {
  signal.throwIfAborted();
  const child = startProcess(party, [...command.split(' '), ...asArguments(flags), '--json'], 'pipe');
  const abort = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', abort, { once: true });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const output = text(child.stdout!);
  let error: SoftpostError | undefined;
  for await (const line of createInterface({ input: child.stderr! })) {
    const said = asLine(line);
    if (said === undefined) process.stderr.write(`${line}\n`);
    else if ('error' in said) error = new SoftpostError(said.error.code, said.error.message);
    else emit(said);
  }
  const [status] = await closed;
  signal.removeEventListener('abort', abort);
  signal.throwIfAborted();
  if (status === 0) return JSON.parse(await output) as Result;
  throw error ?? new SoftpostError('ENGINE', `softpost-${party.program} ${command} ended with status ${status}`);
}

/** @param output a pipe, or the file that both of the process's outputs go to */
export function startProcess(
  { program, environment }: Party,
  args: readonly string[],
  output: 'pipe' | number,
): ChildProcess {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SOFTPOST_'));
  const child = spawn(process.execPath, [PROGRAMS[program], ...args], {
    detached: true,
    env: { ...Object.fromEntries(own), ...environment },
    // By the channel it sees when this process is gone, even by a kill -9.
    stdio: ['ignore', output, output, 'ipc'],
  });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

function asArguments(flags: Flags): readonly string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (value === undefined) return [];
    return value === false ? [`--no-${flag}`] : [`--${flag}`, String(value)];
  });
}

function asLine(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

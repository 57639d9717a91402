/** @file The frame is tested from outside: a real program, its exit code and its two streams. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Sends `signals` to the program, the first as soon as it has written to stderr. */
async function run(args: readonly string[], signals: readonly NodeJS.Signals[] = []): Promise<Ending> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.fixture.ts'), ...args]);
  const closed = once(child, 'close');
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()));
  if (signals.length > 0) await once(child.stderr, 'data');
  for (const signal of signals) {
    child.kill(signal);
    await sleep(100);
  }
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...output };
}

function errorOf(stderr: string): unknown {
  return (JSON.parse(stderr) as { readonly error: unknown }).error;
}

test('a result is text on stdout, progress is on stderr', async () => {
  const { code, stdout, stderr } = await run(['add', '--steps', '3']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'the sum is 3\n' });
  expect(stderr).toBe('adding\nadd 1/3  loss 1\nadd 3/3  loss 0.3333\n');
});

test('with --json stdout is one document and every line of stderr is one', async () => {
  const { code, stdout, stderr } = await run(['add', '--steps', '2', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ sum: 2 });
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(events).toEqual([
    { kind: 'message', level: 'info', message: 'adding' },
    { kind: 'progress', phase: 'add', step: 1, steps: 2, metrics: { loss: 1 } },
    { kind: 'progress', phase: 'add', step: 2, steps: 2, metrics: { loss: 0.5 } },
  ]);
});

test('a result that is bad news is printed, and ends with its error', async () => {
  const { code, stdout, stderr } = await run(['finding', '--json']);
  expect({ code, result: JSON.parse(stdout) as unknown }).toEqual({ code: 1, result: { found: 1 } });
  expect(errorOf(stderr)).toMatchObject({ code: 'PRIVACY_VIOLATION', message: '1 found' });
  expect(await run(['finding'])).toMatchObject({ code: 1, stdout: '1 found\n' });
});

test('an error tells what and what to do, on stderr alone', async () => {
  expect(await run(['known'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: no such file: data.csv (FILE_NOT_FOUND)\nCheck the path.\n',
  });
  const { code, stdout, stderr } = await run(['known', '--json']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(errorOf(stderr)).toEqual({
    code: 'FILE_NOT_FOUND',
    message: 'no such file: data.csv',
    remedy: 'Check the path.',
  });
});

test.each([
  ['unknown', 'x is not a function'],
  ['stray', 'nobody awaits this'],
])('a fault of the program (%s) shows no stack', async (command, message) => {
  const { code, stderr } = await run([command, '--json']);
  expect(code).toBe(1);
  expect(errorOf(stderr)).toMatchObject({ code: 'ENGINE', message });
});

test.each([
  [[], ''],
  [['add'], "required option '--steps <n>' not specified"],
  [['add', '--steps', '3', '--fast'], "unknown option '--fast'"],
  [['nonsense'], "unknown command 'nonsense'"],
  [['add', '--steps', '0'], '--steps must be a whole number at least 1, got "0"'],
])('wrong usage %j ends with code 2', async (args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('help and version succeed on stdout', async () => {
  expect(await run(['add', '--help'])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('--steps') as string,
  });
  expect(await run(['--version'])).toMatchObject({ code: 0, stderr: '', stdout: '1.2.3\n' });
});

test('the first signal cancels, and the exit code says which', async () => {
  const stopped = await run(['patient'], ['SIGINT']);
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain('stopped by SIGINT (CANCELLED)');
  expect((await run(['patient'], ['SIGTERM'])).code).toBe(143);
});

test('the second signal ends a command that does not listen', async () => {
  expect(await run(['stubborn'], ['SIGINT', 'SIGINT'])).toMatchObject({ code: 130, stderr: 'started\n' });
});

// Kills the mutant that takes any closed pipe for a reader of the result that has seen enough.
test.each([
  ['a result', ['talkative'], { code: 0, stdout: 'done\n' }],
  ['an error', ['talkative', '--fail'], { code: 1, stdout: '' }],
])('%s is kept when nobody reads the progress any more', async (_, args, ending) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.fixture.ts'), ...args]);
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.once('data', () => child.stderr.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, stdout }).toEqual(ending);
});

test.skipIf(process.platform !== 'linux')('a result that cannot be written is an error', async () => {
  const full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.fixture.ts'), 'add', '--steps', '1'], {
    stdio: ['ignore', full.fd, 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  await full.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(/no space left.*\(CANNOT_WRITE\)/);
});

test('a reader that stops reading is no error', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.fixture.ts'), 'large']);
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

// Kills: a server that goes on after kill -9 of the program that started it.
test('a program that was started with a channel ends when its starter does, whatever ended that one', async () => {
  const starter = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('exit', () => process.exit());`;
  const fixture = join(import.meta.dirname, 'cli.fixture.ts');
  const parent = spawn(process.execPath, ['-e', starter, fixture, 'patient']);
  let errors = '';
  for await (const data of parent.stderr) {
    errors += String(data);
    if (errors === 'started\n') parent.kill('SIGKILL');
  }
  expect(errors).toMatch(/stopped by SIGTERM \(CANCELLED\)/);
});

/** @file Tuning and scoring as a user calls them: through the installed program, on a real model. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { filmRecords, filmRecordsOf, REFERENCE_MODEL, writeFilms, writeRecords } from '../tune/films.fixture.ts';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');
const peftPrompt = join(import.meta.dirname, '../../../../test/fixtures/peft/gpt2');
const dir = mkdtempSync(join(tmpdir(), 'softpost-tune-'));
const home = mkdtempSync(join(tmpdir(), 'softpost-home-'));
const env = {
  ...process.env,
  SOFTPOST_OWNER_KEY: join(home, 'owner-key.pem'),
  SOFTPOST_LEDGER: join(home, 'ledger.sqlite'),
};

beforeAll(async () => {
  await writeFilms(dir);
  owner('keys');
});
afterAll(() => {
  for (const folder of [dir, home]) rmSync(folder, { recursive: true });
});

interface Ending {
  readonly status: number | null;
  /** The document on stdout, or the error on stderr. */
  readonly result: unknown;
  readonly messages: readonly string[];
}

function owner(...args: readonly string[]): Ending {
  const options = { cwd: dir, env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...args, ...(['keys', 'verify-receipt'].includes(args[0]!) ? [] : ['--threads', '1']), '--json'],
    options,
  );
  const lines = stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { message?: string; error?: unknown });
  return {
    status,
    result: status === 0 ? JSON.parse(stdout) : lines.at(-1)?.error,
    messages: lines.flatMap(({ message }) => message ?? []),
  };
}

const task = ['--task', 'task.yaml', '--data', 'data.jsonl'];
const tuning = ['tune', '--student', 'student', ...task, '--steps', '3', '--batch', '4', '--virtual-tokens', '4'];

test('a prompt is tuned, scored, and gives logits', () => {
  const tuned = owner(...tuning, '--public-size', '20', '--delta', '0.01', '--out', 'prompt');
  expect(tuned).toMatchObject({
    status: 0,
    messages: [],
    result: {
      promptDir: 'prompt',
      steps: 3,
      privacy: { dp: true, epsilon: expect.closeTo(8, 3) as number, delta: 0.01, samplingRate: 0.2, clipNorm: 1 },
      local: { losses: expect.any(Array) as unknown, nonFiniteExamples: 0 },
    },
  });
  expect(readdirSync(join(dir, 'prompt'))).toEqual([
    'adapter_config.json',
    'adapter_model.safetensors',
    'receipt.json',
    'softpost.json',
  ]);

  const evaluated = owner('evaluate', '--model', 'student', '--prompt', 'prompt', ...task);
  expect(evaluated.messages).toEqual([expect.stringContaining('private')]);
  const { accuracy, n, confusion } = evaluated.result as { accuracy: number; n: number; confusion: number[][] };
  expect(Object.keys(evaluated.result as object)).toEqual(['accuracy', 'n', 'confusion']);
  expect(n).toBe(20);
  expect(confusion.map((row) => row.reduce((a, b) => a + b))).toEqual([10, 10]);
  expect(accuracy).toBe((confusion[0]![0]! + confusion[1]![1]!) / 20);

  const [bare, prompted] = [[], ['--prompt', 'prompt']].map((prompt) =>
    owner('logits', '--model', 'student', ...prompt, '--text', 'funny. It was'),
  );
  const { inputIds, position, logits } = prompted!.result as { inputIds: number[]; position: number; logits: number[] };
  expect(Object.keys(prompted!.result as object)).toEqual(['inputIds', 'position', 'logits']);
  expect([position, logits.length]).toEqual([inputIds.length - 1, 8192]);
  expect(logits).not.toEqual((bare!.result as { logits: unknown }).logits);
});

test('a prompt on another model of the same width is used, with a warning', () => {
  expect(owner(...tuning, '--no-dp', '--out', 'student-prompt')).toMatchObject({ result: { privacy: { dp: false } } });
  const direct = owner('evaluate', '--model', REFERENCE_MODEL, '--prompt', 'student-prompt', ...task);
  expect(direct).toMatchObject({ status: 0, result: { n: 20 } });
  expect(direct.messages).toContainEqual(expect.stringMatching(/made for another model \(student\).*direct transfer/));
});

test('without --public-size the documented default is used, with a warning', () => {
  const { result, messages } = owner(...tuning, '--out', 'default-size');
  expect(result).toMatchObject({ privacy: { samplingRate: 4 / 4096, delta: 1e-6 } });
  expect(messages).toContainEqual(expect.stringContaining('--public-size is not given: 4096'));
});

test('the text says where the prompt is, what it spent, and what is private', () => {
  const args = [program, ...tuning, '--public-size', '20', '--delta', '0.01', '--epsilon', '2', '--out', 'as-text'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: dir, env, encoding: 'utf8' });
  const [prompt, local] = stdout.trimEnd().split('\n\n');
  expect(prompt).toMatch(/^prompt {3}as-text .*\nprivacy {2}\(epsilon 2\.0000, delta 0\.01\)/);
  expect(local!.split('\n').slice(1)).toEqual(Array(5).fill(expect.stringMatching(/^ {2}private: /)));
});

test('exact noise, AUTO-S, bias-corrected Adam and a health report are flags', () => {
  const flags = ['--noise', 'exact', '--clipping', 'auto-s', '--optimiser', 'adam-bc', '--health', 'health.json'];
  expect(owner(...tuning, '--public-size', '20', '--delta', '0.01', ...flags, '--out', 'flags')).toMatchObject({
    status: 0,
    result: { privacy: { noiseMode: 'exact', clipping: 'auto-s', accountant: 'rdp of integer orders' } },
  });
  expect(existsSync(join(dir, 'health.json'))).toBe(true);
});

test('noise correlated over steps is a flag, and is said', () => {
  const flags = ['--public-size', '20', '--delta', '0.01', '--bands', '3'];
  expect(owner(...tuning, ...flags, '--out', 'bands')).toMatchObject({
    status: 0,
    result: { privacy: { bands: 3, samplingRate: 0.6 } },
  });
  const args = [program, ...tuning, ...flags, '--out', 'bands-as-text'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: dir, env, encoding: 'utf8' });
  expect(stdout).toMatch(/^privacy .* in each step, correlated over 3$/m);
});

test('a column makes users the unit, and the text says so', async () => {
  await writeRecords(join(dir, 'users.jsonl'), filmRecordsOf(5, 20));
  const flags = ['--unit-column', 'user', '--unit-examples', '2', '--public-size', '5', '--delta', '0.01'];
  const args = [program, ...tuning, '--data', 'users.jsonl', ...flags, '--ledger', 'users.sqlite', '--out', 'users'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: dir, env, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('one user with all records added or removed');
  expect(stdout).toMatch(/private: \d\.\d users in a lot/);
});

// Kills: a choice that is declared, and costs nothing or does not show.
test('one of several runs is stamped as such, and needs more noise', () => {
  const flags = ['--public-size', '20', '--delta', '0.01', '--best-of', 'geometric:3'];
  const { result } = owner(...tuning, ...flags, '--out', 'one-of-several');
  const { result: alone } = owner(...tuning, ...flags.slice(0, 4), '--out', 'alone');
  const sigma = (report: unknown): number =>
    (report as { privacy: { noiseMultiplier: number } }).privacy.noiseMultiplier;
  expect(sigma(result)).toBeGreaterThan(1.1 * sigma(alone));
  expect(owner('verify-receipt', '--prompt', 'one-of-several').result).toMatchObject({
    receipt: {
      selection: { procedure: 'best-of', trials: { kind: 'truncated-negative-binomial', eta: 1, gamma: 1 / 3 } },
    },
  });
});

test.each([
  [2, 'BAD_OPTION', '--bands and --no-dp exclude', ['--no-dp', '--bands', '2']],
  [2, 'BAD_OPTION', '--bands must be a whole number at least 1 and at most 16', ['--bands', '17']],
  [2, 'BAD_OPTION', '--optimiser adam-bc and --bands exclude', ['--bands', '2', '--optimiser', 'adam-bc']],
  [1, 'BAD_PRIVACY_PARAMETER', 'take noise mode rounded or 1 band', ['--bands', '2', '--noise', 'exact']],
  [2, 'BAD_OPTION', '--unit-column and --no-dp exclude', ['--no-dp', '--unit-column', 'user']],
  [2, 'BAD_OPTION', '--unit-examples and --no-dp exclude', ['--no-dp', '--unit-examples', '2']],
  [2, 'BAD_OPTION', '--unit-examples needs --unit-column', ['--unit-examples', '2']],
  [2, 'BAD_OPTION', '--unit-examples must be a whole number', ['--unit-column', 'user', '--unit-examples', '257']],
  [1, 'BAD_DATA_FILE', 'data.jsonl:1: "user" is missing', ['--unit-column', 'user']],
  [2, 'BAD_OPTION', '--best-of and --no-dp exclude', ['--no-dp', '--best-of', 'poisson:3']],
  [2, 'BAD_OPTION', '--best-of must be geometric', ['--best-of', '3']],
  [2, 'BAD_OPTION', '--noise and --no-dp exclude', ['--no-dp', '--noise', 'exact']],
  [2, 'BAD_OPTION', '--clipping and --no-dp exclude', ['--no-dp', '--clipping', 'flat']],
  [2, 'BAD_OPTION', '--optimiser adam-bc and --no-dp exclude', ['--no-dp', '--optimiser', 'adam-bc']],
  [2, 'BAD_OPTION', 'Allowed choices are rounded, exact', ['--noise', 'insecure-test']],
  [2, 'BAD_OPTION', 'lies in the prompt folder', ['--health', 'bad/health.json']],
  [1, 'FILE_EXISTS', 'task.yaml exists already', ['--health', 'task.yaml']],
  [2, 'BAD_OPTION', '--epsilon and --no-dp exclude each other', ['--epsilon', '8', '--no-dp']],
  [2, 'BAD_OPTION', '--clip-norm and --no-dp exclude', ['--no-dp', '--clip-norm', '1']],
  [2, 'BAD_OPTION', '--budget and --no-dp exclude', ['--no-dp', '--budget', '9']],
  [2, 'BAD_OPTION', '--epsilon must be a number greater than 0', ['--epsilon', '0']],
  [2, 'BAD_OPTION', '--delta must be a number', ['--delta', '1']],
  [2, 'BAD_OPTION', '--steps must be a whole number', ['--steps', '1.5']],
  [2, 'BAD_OPTION', '--batch must be a whole number', ['--batch', '0']],
  [2, 'BAD_OPTION', '--learning-rate must be', ['--learning-rate', '-1']],
  [2, 'BAD_OPTION', 'Allowed choices are vocabulary, text, labels', ['--init', 'zeros']],
  [2, 'BAD_OPTION', 'exceed the 512 positions', ['--virtual-tokens', '508']],
  [1, 'BAD_PRIVACY_PARAMETER', 'not below 1 / public size', ['--delta', '0.5']],
  [1, 'BAD_PRIVACY_PARAMETER', 'lot size 4 is larger than the public size 3', ['--public-size', '3']],
  [1, 'PRIVACY_UNREACHABLE', 'epsilon 1e-12', ['--epsilon', '1e-12', '--delta', '1e-12']],
  [1, 'BUDGET_EXCEEDED', 'of the cap 0.5', ['--budget', '0.5', '--ledger', join(home, 'capped.sqlite')]],
  [1, 'FILE_NOT_FOUND', 'none.jsonl', ['--data', 'none.jsonl']],
  [1, 'BAD_DATA_FILE', 'bad.jsonl:2', ['--data', 'bad.jsonl']],
  [1, 'FILE_NOT_FOUND', 'none.yaml', ['--task', 'none.yaml']],
  [1, 'FILE_NOT_FOUND', 'nowhere', ['--student', 'nowhere']],
])('exit code %i, %s: %s', async (status, code, message, flags) => {
  await writeRecords(join(dir, 'bad.jsonl'), filmRecords(3).with(1, { label: 'mediocre', text: 'fine' }));
  const before = readdirSync(dir);
  const ending = owner(...tuning, '--out', 'bad', ...flags);
  expect(ending).toMatchObject({ status, result: { code, message: expect.stringContaining(message) as string } });
  expect(readdirSync(dir)).toEqual(before);
});

test('an output that exists is refused before anything is read', () => {
  mkdirSync(join(dir, 'taken'));
  writeFileSync(join(dir, 'taken/notes'), 'mine');
  expect(owner(...tuning, '--student', 'nowhere', '--out', 'taken')).toMatchObject({
    status: 1,
    result: { code: 'FILE_EXISTS' },
  });
  expect(readdirSync(join(dir, 'taken'))).toEqual(['notes']);
});

test('a prompt of another width is refused', () => {
  const flags = ['--model', 'student', '--prompt', peftPrompt];
  expect(owner('logits', ...flags, '--text', 'x')).toMatchObject({ status: 1, result: { code: 'PROMPT_MISMATCH' } });
  expect(owner('evaluate', ...flags, ...task)).toMatchObject({ status: 1, result: { code: 'PROMPT_MISMATCH' } });
});

test('SIGINT ends a long run with code 130, without a prompt, the steps done saved', async () => {
  const args = [...tuning, '--no-dp', '--steps', '100000', '--threads', '1', '--out', 'stopped'];
  const child = spawn(process.execPath, [program, ...args], { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  expect((await once(child, 'exit'))[0]).toBe(130);
  expect(existsSync(join(dir, 'stopped'))).toBe(false);
  expect(existsSync(join(dir, 'stopped.checkpoint.safetensors'))).toBe(true);
});

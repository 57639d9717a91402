import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { isSoftpostError } from '../errors.ts';
import type { FixtureTasks } from './compute-process.fixture.ts';
import { startComputeProcess, type ComputeProcess } from './compute-process.ts';

const ENTRY = new URL('./compute-process.fixture.ts', import.meta.url);

function start(): ComputeProcess<FixtureTasks> {
  const compute = startComputeProcess<FixtureTasks>(ENTRY);
  onTestFinished(() => compute.close());
  return compute;
}

test('typed arrays cross both ways, and calls share one child', async () => {
  const compute = start();
  const options = { weights: Float32Array.of(1, 2), ids: BigInt64Array.of(3n), name: 'x', none: undefined };
  const [result, first, second] = await Promise.all([
    compute.call('echo', options),
    compute.call('pid', {}),
    compute.call('pid', {}),
  ]);
  expect(result).toEqual(options);
  expect(first).toBe(second);
  expect(first).not.toBe(process.pid);
});

test('the event loop keeps turning during a run in the child', async () => {
  let turns = 0;
  let running = false;
  const turn = (): void => {
    turns++;
    if (running) setImmediate(turn);
  };
  const onEvent = (): void => {
    running = true;
    turn();
  };
  await start().call('multiply', { products: 3 }, { onEvent });
  running = false;
  expect(turns).toBeGreaterThan(100);
});

test('a cancelled task ends between two steps', async () => {
  const abort = new AbortController();
  const steps: number[] = [];
  const onEvent = ({ step }: { readonly step: number }): void => {
    steps.push(step);
    if (step === 3) abort.abort();
  };
  const compute = start();
  const pid = await compute.call('pid', {});
  await expect(compute.call('steps', { onCancel: 'throw' }, { signal: abort.signal, onEvent })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(steps.slice(0, 3)).toEqual([1, 2, 3]);
  expect(await compute.call('pid', {})).toBe(pid);
});

test('a cancelled task may still return what it has', async () => {
  const abort = new AbortController();
  const settings = { signal: abort.signal, onEvent: () => abort.abort() };
  expect(await start().call('steps', { onCancel: 'return' }, settings)).toBe('kept the last checkpoint');
});

test('a signal aborted before the call starts nothing', async () => {
  const compute = startComputeProcess<FixtureTasks>('/no/such/entry.ts');
  await expect(compute.call('pid', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a cancel that no step answers kills the child, and only the cancelled call is CANCELLED', async () => {
  const abort = new AbortController();
  const compute = start();
  const pid = await compute.call('pid', {});
  const settings = { signal: abort.signal, onEvent: () => abort.abort(), killAfterMs: 100 };
  const outcomes = await Promise.allSettled([
    compute.call('sleep', { ms: 1e6 }),
    compute.call('multiply', { products: 1000 }, settings),
  ]);
  expect(outcomes).toMatchObject([{ reason: { code: 'COMPUTE_PROCESS_DIED' } }, { reason: { code: 'CANCELLED' } }]);
  expect(await compute.call('pid', {})).not.toBe(pid);
});

test('a child killed from outside fails its calls, and the next call works', async () => {
  const compute = start();
  const onEvent = (pid: number): void => void process.kill(pid, 'SIGKILL');
  await expect(compute.call('sleep', { ms: 1e6 }, { onEvent })).rejects.toMatchObject({
    code: 'COMPUTE_PROCESS_DIED',
    message: "The compute process was ended by SIGKILL during 'sleep'.",
  });
  expect(await compute.call('echo', 1)).toBe(1);
});

test('an entry that cannot start fails the call', async () => {
  const compute = startComputeProcess<FixtureTasks>('/no/such/entry.ts');
  await expect(compute.call('pid', {})).rejects.toMatchObject({
    code: 'COMPUTE_PROCESS_DIED',
    message: expect.stringContaining('code 1') as unknown,
  });
});

test('SIGINT and SIGTERM, which a whole process group gets, leave the task to the parent', async () => {
  const onEvent = (pid: number): void => {
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
  };
  await expect(start().call('sleep', { ms: 50 }, { onEvent })).resolves.toBeUndefined();
});

test.each([
  ['failKnown', 'BAD_PROMPT', 'prompt/adapter_config.json: no num_virtual_tokens', 'from the parser'],
  ['failUnknown', 'ENGINE', "The task 'failUnknown' failed unexpectedly.", 'RangeError: Invalid array length'],
  [
    'resultThatCannotBeCloned',
    'ENGINE',
    "The task 'resultThatCannotBeCloned' failed unexpectedly.",
    'could not be cloned',
  ],
] as const)('%s crosses as %s', async (task, code, message, cause) => {
  const error = await start()
    .call(task, {})
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(isSoftpostError(error)).toBe(true);
  expect(error).toMatchObject({ code, message, cause: expect.stringContaining(cause) as unknown });
});

test('options that cannot be cloned are refused', async () => {
  await expect(start().call('echo', () => {})).rejects.toMatchObject({ code: 'ENGINE' });
});

test('kill and close cancel what runs', async () => {
  const compute = start();
  await expect(compute.call('sleep', { ms: 1e6 }, { onEvent: () => compute.kill() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  await expect(compute.call('sleep', { ms: 1e6 }, { onEvent: () => void compute.close() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

test('the child ends when its parent is killed', async () => {
  const script = `
    import { startComputeProcess } from ${JSON.stringify(new URL('./compute-process.ts', import.meta.url).href)};
    startComputeProcess(new URL(${JSON.stringify(ENTRY.href)})).call('sleep', { ms: 1e6 }, { onEvent: () => console.log('running') });
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(parent.stdout, 'data');
  parent.kill('SIGKILL');
  // The child holds the parent's standard error, so 'close' comes only after both are gone.
  expect(await once(parent, 'close')).toEqual([null, 'SIGKILL']);
});

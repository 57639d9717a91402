/** @file Entry module of the compute process that compute-process.test.ts starts. */
import { setTimeout } from 'node:timers/promises';
import { SoftpostError } from '../errors.ts';
import { serveCompute, yieldToEvents, type ComputeContext } from './compute-task.ts';
import { encodeOnnxModel } from './onnx-model.ts';
import { createSession } from './runtime.ts';

const SIZE = 1536;

const tasks = {
  /** Returns its options. */
  echo: async (options: unknown) => options,

  pid: async () => process.pid,

  /** Emits 'running', then blocks in one `Session.run` of `products` square matrix products (about 0.1 s each). */
  multiply: async ({ products }: { readonly products: number }, { emit }: ComputeContext<'running'>) => {
    const value = (name: string) => ({ name, dtype: 'f32', shape: [SIZE, SIZE] }) as const;
    const model = encodeOnnxModel({
      inputs: [value('x0')],
      outputs: [value(`x${products}`)],
      nodes: Array.from({ length: products }, (_, i) => ({
        opType: 'MatMul',
        inputs: [`x${i}`, 'x0'],
        outputs: [`x${i + 1}`],
      })),
      initializers: [],
    });
    const session = await createSession(model, { threads: 1 });
    emit('running');
    await session.run({ x0: { data: new Float32Array(SIZE * SIZE), dims: [SIZE, SIZE] } });
    await session.dispose();
  },

  /** Emits its step until cancelled, then ends as `onCancel` says. */
  steps: async (
    { onCancel }: { readonly onCancel: 'throw' | 'return' },
    { emit, signal }: ComputeContext<{ readonly step: number }>,
  ) => {
    for (let step = 1; ; step++) {
      emit({ step });
      await yieldToEvents();
      if (onCancel === 'throw') signal.throwIfAborted();
      if (signal.aborted) return 'kept the last checkpoint';
    }
  },

  /** Emits its process id and sleeps. */
  sleep: async ({ ms }: { readonly ms: number }, { emit }: ComputeContext<number>) => {
    emit(process.pid);
    await setTimeout(ms);
  },

  failKnown: async () => {
    throw new SoftpostError('BAD_PROMPT', 'prompt/adapter_config.json: no num_virtual_tokens', {
      cause: new Error('from the parser'),
    });
  },

  failUnknown: async () => {
    throw new RangeError('Invalid array length');
  },

  resultThatCannotBeCloned: async () => () => {},
};

export type FixtureTasks = typeof tasks;

serveCompute(tasks);

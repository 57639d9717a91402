/** @file Runs ONNX models: the only file that imports onnxruntime-node. */
import { availableParallelism } from 'node:os';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { SoftpostError } from '../errors.ts';
import { encodeOnnxModel } from './onnx-model.ts';

/** Numbers of one tensor; may be a view into a WebAssembly.Memory. A SharedArrayBuffer is not accepted. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** A tensor at the border of a session: row-major `data` of the product of `dims` elements. */
export interface Feed {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

export interface SessionOptions {
  /** Execution provider; one this machine lacks is an error, never replaced by another. @default 'cpu' */
  readonly provider?: 'cpu' | 'cuda' | 'webgpu';
  /** Threads inside one operator. @default what the machine offers this process */
  readonly threads?: number;
  /** Keep a second, reordered copy of constant weights: 5-8 % faster, about twice their memory. @default false */
  readonly prepack?: boolean;
  /** Folder that external initializers are read from; links must be resolved (`realpath`) before. */
  readonly weightsFolder?: string;
  /**
   * Compute constant subgraphs once at load. Off, f16/bf16 weights stay narrow and are widened in every run; that saves memory
   * only if each reader has a Cast of its own and the Casts stand first in the node list: the runtime then runs each just
   * before its reader, but otherwise all of them at the start.
   * @default true
   */
  readonly constantFolding?: boolean;
}

/** A loaded model. `run` and loading block the event loop of their process: see compute-process.ts. */
export interface Session {
  /**
   * Runs the model once and returns its outputs by name: all, or those in `only`, and then no more is computed than they need.
   * An output named in `into` is written into the array given there, which is also the one returned. Such an array must not
   * overlap a feed, unless every path from that feed is elementwise: the runtime may overwrite it before the last read.
   * @throws SoftpostError ENGINE: a missing, unknown or mis-sized tensor (named), or a failed operator
   */
  run(
    feeds: Readonly<Record<string, Feed>>,
    into?: Readonly<Record<string, Feed>>,
    only?: readonly string[],
  ): Promise<Readonly<Record<string, Feed>>>;
  /** Frees weights and buffers; later runs fail. */
  dispose(): Promise<void>;
}

/**
 * Loads a model from `encodeOnnxModel`.
 * @throws SoftpostError BACKEND_UNAVAILABLE: the provider cannot be used on this machine; ENGINE: the model does not load
 */
export async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const provider = options.provider ?? 'cpu';
  const session = await load(model, options).catch(async (cause: unknown) => {
    if (provider !== 'cpu' && !(await isAvailable(provider))) {
      throw new SoftpostError(
        'BACKEND_UNAVAILABLE',
        `Execution provider '${provider}' cannot be used on this machine.`,
        { cause },
      );
    }
    throw new SoftpostError('ENGINE', 'The runtime refused a model.', { cause });
  });
  return {
    run: (feeds, into = {}, only = session.outputNames) => run(session, feeds, into, only),
    dispose: () => session.release(),
  };
}

/** Casts of constants are neither computed at load nor merged into one that lives from the first to the last reader. */
const KEEP_CASTS = 'ConstantFolding;CommonSubexpressionElimination';

function load(model: Uint8Array, options: SessionOptions): Promise<InferenceSession> {
  // Whatever the runtime reports as an error it also throws, and that becomes our error's cause.
  env.logLevel = 'fatal';
  return InferenceSession.create(model, {
    executionProviders: [options.provider ?? 'cpu'],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    // Planned for one shape and kept for each shape seen: with varying lengths memory would grow without end.
    enableMemPattern: false,
    logSeverityLevel: 4,
    extra: {
      // Threads spin this long for their next operator, then sleep. Without a limit two processes on the same cores hold each
      // other up (half as much CPU time again for small operators); not spinning at all costs a few per cent alone.
      'session.intra_op.spin_duration_us': '200',
      'session.disable_prepacking': options.prepack ? '0' : '1',
      ...(options.weightsFolder === undefined
        ? {}
        : { 'session.model_external_initializers_file_folder_path': options.weightsFolder }),
      ...(options.constantFolding === false ? { 'optimization.disable_specified_optimizers': KEEP_CASTS } : {}),
    },
  });
}

/** Whether the provider loads a model that asks nothing of it. */
async function isAvailable(provider: 'cuda' | 'webgpu'): Promise<boolean> {
  const identity = encodeOnnxModel({
    inputs: [{ name: 'x', dtype: 'f32', shape: [1] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: [1] }],
    nodes: [{ opType: 'Identity', inputs: ['x'], outputs: ['y'] }],
    initializers: [],
  });
  try {
    await (await load(identity, { provider })).release();
    return true;
  } catch {
    return false;
  }
}

async function run(
  session: InferenceSession,
  feeds: Readonly<Record<string, Feed>>,
  into: Readonly<Record<string, Feed>>,
  only: readonly string[],
): Promise<Readonly<Record<string, Feed>>> {
  refuseUnknown('input', feeds, session.inputNames);
  refuseUnknown('output', into, only);
  const inputs = Object.fromEntries(session.inputNames.map((name) => [name, toTensor('input', name, feeds[name])]));
  const fetches = Object.fromEntries(
    only.map((name) => [name, name in into ? toTensor('output', name, into[name]) : null]),
  );
  const outputs = await session.run(inputs, fetches).catch((cause: unknown) => {
    throw new SoftpostError('ENGINE', 'The runtime failed to run a model.', { cause });
  });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, into[name] ?? toFeed(name, tensor)]),
  );
}

function refuseUnknown(kind: string, tensors: Readonly<Record<string, Feed>>, known: readonly string[]): void {
  const unknown = Object.keys(tensors).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new SoftpostError('ENGINE', `The model has no ${kind} '${unknown}'.`);
}

function toTensor(kind: string, name: string, feed: Feed | undefined): Tensor {
  if (feed === undefined) throw new SoftpostError('ENGINE', `The ${kind} '${name}' is missing.`);
  const { data, dims } = feed;
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (data.length !== size) {
    throw new SoftpostError(
      'ENGINE',
      `The ${kind} '${name}' holds ${data.length} elements, but its shape [${dims.join(', ')}] asks for ${size}.`,
    );
  }
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  if (data instanceof Float64Array) return new Tensor('float64', data, dims);
  if (data instanceof Int32Array) return new Tensor('int32', data, dims);
  return new Tensor('int64', data, dims);
}

function toFeed(name: string, { data, dims }: Tensor): Feed {
  if (
    data instanceof Float32Array ||
    data instanceof Float64Array ||
    data instanceof Int32Array ||
    data instanceof BigInt64Array
  ) {
    return { data, dims };
  }
  throw new SoftpostError(
    'ENGINE',
    `The output '${name}' is of a type that cannot leave a session: cast it in the graph.`,
  );
}

/** @file From a graph to something that runs: lowering to ONNX, and a loaded program with checked feeds. */

import { SoftpostError } from '../errors.ts';
import { evaluateShape, type DimBindings, type Shape } from './dim.ts';
import { isKind, type Node, type Tensor } from './graph.ts';
import { OnnxEmitter, onnxShape, symbolInput, type WeightLookup } from './onnx-emitter.ts';
import { encodeOnnxModel } from './onnx-model.ts';
import { loweringRules } from './onnx-rules.ts';
import type { DType, OpKind } from './op-kind.ts';
import { reachableNodes } from './print.ts';
import { createSession, type Feed, type Session, type SessionOptions, type TensorData } from './runtime.ts';

interface Port {
  /** Name in the ONNX model. */
  readonly value: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A lowered graph: ONNX bytes and what goes in and out. */
export interface Program {
  readonly model: Uint8Array;
  readonly inputs: ReadonlyMap<string, Port>;
  readonly outputs: ReadonlyMap<string, Port>;
  readonly symbols: readonly string[];
  readonly weightsFolder: string | undefined;
}

export type Feeds = Readonly<Record<string, TensorData>>;

/**
 * Lowers what the outputs need, and nothing else.
 * @throws MISSING_TENSOR, WRONG_SHAPE from the weight lookup.
 */
export function lowerProgram(outputs: Readonly<Record<string, Tensor>>, lookup: WeightLookup = refuseWeights): Program {
  const emitter = new OnnxEmitter(lookup);
  const names = new Map<Tensor, string>();
  const inputs = new Map<string, Port>();
  for (const node of reachableNodes(Object.values(outputs))) {
    const lowered = lowerNode(
      emitter,
      node,
      node.inputs.map((input) => names.get(input)!),
    );
    node.outputs.forEach((tensor, position) => names.set(tensor, lowered[position]!));
    if (isKind(node, 'input'))
      inputs.set(node.attributes.name, {
        value: node.attributes.name,
        shape: node.attributes.shape,
        dtype: node.attributes.dtype,
      });
  }
  const produced = new Set(emitter.nodes.flatMap((node) => node.outputs));
  const ports = Object.entries(outputs).map(([name, tensor]): [string, Port] => {
    const value = names.get(tensor)!;
    // A graph output must be computed: an input or a constant passes through Identity.
    return [
      name,
      {
        value: produced.has(value) ? value : emitter.emit('Identity', [value])[0]!,
        shape: tensor.shape,
        dtype: tensor.dtype,
      },
    ];
  });
  const unique = new Map(ports.map(([, port]) => [port.value, port]));
  // Without the shapes in between, loading takes three times as long: the planner then compares every buffer with every other.
  const between = [...names].filter(([, value]) => produced.has(value) && !unique.has(value));
  return {
    model: encodeOnnxModel({
      inputs: emitter.inputs,
      outputs: [...unique.values()].map(({ value, dtype, shape }) => ({
        name: value,
        dtype,
        shape: onnxShape(shape),
      })),
      values: between.map(([{ dtype, shape }, name]) => ({ name, dtype, shape: onnxShape(shape) })),
      nodes: emitter.nodes,
      initializers: emitter.initializers,
    }),
    inputs,
    outputs: new Map(ports),
    symbols: [...emitter.symbols],
    weightsFolder: emitter.weightsFolder,
  };
}

function lowerNode<K extends OpKind>(
  emitter: OnnxEmitter,
  node: Node<K>,
  inputs: readonly string[],
): readonly string[] {
  return loweringRules[node.kind](emitter, node, inputs);
}

function refuseWeights(name: string): never {
  throw new SoftpostError('ENGINE', `weight ${name} in a graph without a model folder`);
}

/** A program in memory: run it with values for its symbols and inputs. Dispose of it when done. */
export class LoadedProgram {
  readonly #program: Program;
  readonly #session: Session;

  constructor(program: Program, session: Session) {
    this.#program = program;
    this.#session = session;
  }

  /**
   * Runs the graph once.
   * @param bindings value of every symbolic dimension
   * @param feeds one array for every input, row-major
   * @param into arrays that take outputs in place (optional, by output name)
   * @param only the outputs wanted; no more is computed than they need. @default all
   * @throws ENGINE when a feed is missing or has the wrong length.
   */
  async run(
    bindings: DimBindings,
    feeds: Feeds,
    into: Feeds = {},
    only: readonly string[] = [...this.#program.outputs.keys()],
  ): Promise<Readonly<Record<string, TensorData>>> {
    const { inputs, outputs, symbols } = this.#program;
    const port = (name: string): Port => {
      const found = outputs.get(name);
      if (!found) throw new SoftpostError('ENGINE', `there is no output ${name}`);
      return found;
    };
    const given: Record<string, Feed> = {};
    for (const [name, { value, shape }] of inputs) {
      const data = feeds[name];
      if (!data) throw new SoftpostError('ENGINE', `input ${name} is not fed`);
      given[value] = { data, dims: evaluateShape(shape, bindings) };
    }
    for (const name of symbols)
      given[symbolInput(name)] = {
        data: BigInt64Array.of(BigInt(evaluateShape([{ terms: new Map([[name, 1]]) }], bindings)[0]!)),
        dims: [1],
      };
    const buffers: Record<string, Feed> = {};
    for (const [name, data] of Object.entries(into)) {
      const { value, shape } = port(name);
      buffers[value] = { data, dims: evaluateShape(shape, bindings) };
    }
    const wanted = new Set(only.map((name) => port(name).value));
    const results = await this.#session.run(given, buffers, [...wanted]);
    return Object.fromEntries(only.map((name) => [name, results[port(name).value]!.data]));
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}

/** Loads a program into ONNX Runtime. @throws BACKEND_UNAVAILABLE, ENGINE */
export async function loadProgram(
  program: Program,
  options: Omit<SessionOptions, 'weightsFolder'> = {},
): Promise<LoadedProgram> {
  const { weightsFolder } = program;
  return new LoadedProgram(
    program,
    await createSession(program.model, weightsFolder === undefined ? options : { ...options, weightsFolder }),
  );
}

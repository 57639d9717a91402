/** @file Collects ONNX nodes, constants and weights while a graph is lowered; equal nodes are emitted once. */

import { SoftpostError } from '../errors.ts';
import { printDim, symbolsOf, termsOf, type Dim, type Shape } from './dim.ts';
import type { OnnxAttribute, OnnxDtype, OnnxInitializer, OnnxNode, OnnxValue } from './onnx-model.ts';
import type { DType, OpAttributes } from './op-kind.ts';

/** Where a frozen tensor lies: bytes in a file, used in place. */
export interface ExternalTensor {
  readonly folder: string;
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  readonly dtype: 'f32' | 'f16' | 'bf16';
  readonly shape: readonly number[];
}

/** @throws MISSING_TENSOR or WRONG_SHAPE naming the tensor. */
export type WeightLookup = (name: string, shape: readonly number[]) => ExternalTensor;

interface EmitOptions {
  readonly domain?: string;
  readonly outputs?: number;
}

const CAST_TARGET = { f32: 1, f64: 11, i32: 6 } as const satisfies Record<DType, number>;

export class OnnxEmitter {
  readonly nodes: OnnxNode[] = [];
  readonly inputs: OnnxValue[] = [];
  readonly initializers: OnnxInitializer[] = [];
  /** Symbols whose value the graph reads: each is an extra input `dim:NAME`. */
  readonly symbols = new Set<string>();
  /** The one folder of all weights. */
  weightsFolder: string | undefined;
  readonly #known = new Map<string, readonly string[]>();
  readonly #lookup: WeightLookup;
  #names = 0;

  constructor(lookup: WeightLookup) {
    this.#lookup = lookup;
  }

  /** Adds an ONNX node unless an equal one is there; gives the names of its outputs. */
  emit(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    { domain = '', outputs = 1 }: EmitOptions = {},
  ): readonly string[] {
    return this.#once(`${domain}.${opType}(${inputs.join(',')})${JSON.stringify(attributes)}`, () => {
      const names = Array.from({ length: outputs }, () => this.#name());
      this.nodes.push({ opType, domain, inputs, outputs: names, attributes });
      return names;
    });
  }

  input({ name, shape, dtype }: OpAttributes['input']): string {
    this.inputs.push({ name, dtype, shape: onnxShape(shape) });
    return name;
  }

  /** A stored tensor, cast where it is stored in another type than it is used in (ONNX Runtime does that once, at load). */
  weight({ name, shape, dtype }: OpAttributes['weight']): string {
    const { folder, file, offset, length, dtype: stored, shape: storedShape } = this.#lookup(name, shape);
    if (this.weightsFolder !== undefined && this.weightsFolder !== folder) {
      throw new SoftpostError(
        'BAD_SAFETENSORS',
        `the shards of one model must lie in one folder, found ${this.weightsFolder} and ${folder}`,
      );
    }
    this.weightsFolder = folder;
    this.initializers.push({ name, dtype: stored, shape: storedShape, data: { file, offset, length } });
    return stored === dtype ? name : this.emit('Cast', [name], { to: { int: CAST_TARGET[dtype] } })[0]!;
  }

  literal(values: readonly number[], shape: readonly number[], dtype: DType): string {
    const array =
      dtype === 'f32' ? new Float32Array(values) : dtype === 'f64' ? new Float64Array(values) : new Int32Array(values);
    return this.#initializer(dtype, shape, new Uint8Array(array.buffer));
  }

  /** A vector of 64-bit integers, as ONNX wants axes and shapes. */
  integers(values: readonly number[]): string {
    return this.#initializer('i64', [values.length], new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer));
  }

  /** The value of a dimension as i64 [1]. */
  dimension(dim: Dim): string {
    if (typeof dim === 'number') return this.integers([dim]);
    const terms = [...termsOf(dim)].map(([monomial, factor]) => {
      const symbols = symbolsOf(monomial).map((name) => this.#symbol(name));
      const factors = factor === 1 && symbols.length > 0 ? symbols : [this.integers([factor]), ...symbols];
      return factors.reduce((a, b) => this.emit('Mul', [a, b])[0]!);
    });
    return terms.reduce((a, b) => this.emit('Add', [a, b])[0]!);
  }

  /** A shape as i64 [rank]. */
  shape(shape: Shape): string {
    const fixed = shape.filter((dim) => typeof dim === 'number');
    if (fixed.length === shape.length) return this.integers(fixed);
    return this.emit(
      'Concat',
      shape.map((dim) => this.dimension(dim)),
      { axis: { int: 0 } },
    )[0]!;
  }

  /** As `shape`, but a single unknown size is left for ONNX to infer. */
  reshapeTarget(shape: Shape): string {
    const unknown = shape.filter((dim) => typeof dim !== 'number').length;
    return unknown === 1 ? this.integers(shape.map((dim) => (typeof dim === 'number' ? dim : -1))) : this.shape(shape);
  }

  #symbol(name: string): string {
    const input = symbolInput(name);
    if (!this.symbols.has(name)) this.inputs.push({ name: input, dtype: 'i64', shape: [1] });
    this.symbols.add(name);
    return input;
  }

  #initializer(dtype: OnnxDtype, shape: readonly number[], data: Uint8Array): string {
    return this.#once(`${dtype}[${shape.join(',')}]${data.join(',')}`, () => {
      const name = this.#name();
      this.initializers.push({ name, dtype, shape, data });
      return [name];
    })[0]!;
  }

  #once(key: string, make: () => readonly string[]): readonly string[] {
    const names = this.#known.get(key) ?? make();
    this.#known.set(key, names);
    return names;
  }

  #name(): string {
    return `t${this.#names++}`;
  }
}

/** Equal dimensions get equal names. */
export function onnxShape(shape: Shape): OnnxValue['shape'] {
  return shape.map((dim) => (typeof dim === 'number' ? dim : printDim(dim)));
}

/** The graph input that carries the value of a symbol. */
export function symbolInput(name: string): string {
  return `dim:${name}`;
}

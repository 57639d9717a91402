/** @file The graph: typed nodes in topological order, equal nodes built once (hash-consing). Knows nothing of models or of POST. */

import type { Shape } from './dim.ts';
import { inferShapes } from './infer-rules.ts';
import type { DType, OpAttributes, OpKind } from './op-kind.ts';

/** One output of a node. */
export interface Tensor {
  readonly graph: Graph;
  readonly node: Node;
  readonly output: number;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Unique in its graph and stable, so that graphs print the same every time. */
  readonly id: number;
}

/** One application of an operation. */
export interface Node<K extends OpKind = OpKind> {
  readonly id: number;
  readonly kind: K;
  readonly inputs: readonly Tensor[];
  readonly attributes: OpAttributes[K];
  readonly outputs: readonly Tensor[];
}

export class Graph {
  readonly #nodes: Node[] = [];
  readonly #known = new Map<string, Node>();
  #tensors = 0;

  /** All nodes; every node comes after its inputs. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /**
   * Adds a node, or finds the equal one that is already there.
   * @throws ENGINE when the operation does not accept these shapes or dtypes.
   */
  apply<K extends OpKind>(kind: K, inputs: readonly Tensor[], attributes: OpAttributes[K]): readonly Tensor[] {
    const key = `${kind} ${inputs.map((tensor) => tensor.id).join(',')} ${JSON.stringify(attributes, asText)}`;
    const known = this.#known.get(key);
    if (known) return known.outputs;
    const outputs: Tensor[] = [];
    const node: Node<K> = { id: this.#nodes.length, kind, inputs, attributes, outputs };
    for (const { dtype, shape } of inferShapes(kind, inputs, attributes)) {
      outputs.push({ graph: this, node, output: outputs.length, dtype, shape, id: this.#tensors++ });
    }
    this.#nodes.push(node);
    this.#known.set(key, node);
    return outputs;
  }

  input(name: string, shape: Shape, dtype: DType = 'f32'): Tensor {
    return this.apply('input', [], { name, shape, dtype })[0]!;
  }

  weight(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    return this.apply('weight', [], { name, shape, dtype })[0]!;
  }

  constant(value: number, dtype: DType = 'f32'): Tensor {
    return this.apply('constant', [], { values: [value], shape: [], dtype })[0]!;
  }
}

/** Whether a node is of this kind; narrows its attributes. */
export function isKind<K extends OpKind>(node: Node, kind: K): node is Node<K> {
  return node.kind === kind;
}

/** JSON has no maps (of dimensions), no infinities, no NaN and no negative zero. */
function asText(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

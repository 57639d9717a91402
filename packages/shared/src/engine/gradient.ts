/** @file Reverse-mode differentiation: the backward graph is built once, next to the forward graph. */

import { SoftpostError } from '../errors.ts';
import { describe } from './describe.ts';
import type { Graph, Node, Tensor } from './graph.ts';
import { gradientRules } from './gradient-rules.ts';
import type { OpKind } from './op-kind.ts';
import { add, zerosLike } from './ops.ts';

/**
 * Adds nodes for d loss / d x of every x in `wrt`, in the shape of x. Nodes from which no x is reachable are never visited.
 * @param loss one number (every size 1)
 * @throws ENGINE when the loss is not one number.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  if (loss.shape.some((dim) => dim !== 1))
    throw new SoftpostError('ENGINE', `the loss must be one number, got ${describe(loss)}`);
  const { graph } = loss;
  const needed = nodesDependingOn(graph, wrt);
  const cotangents = new Map<Tensor, Tensor>();
  cotangents.set(loss, graph.constant(1, loss.dtype));

  for (const node of graph.nodes.slice(0, loss.node.id + 1).reverse()) {
    const dy = node.outputs.map((output) => cotangents.get(output));
    const wants = node.inputs.map((input) => needed.has(input.node));
    if (!needed.has(node) || !wants.includes(true) || dy.every((gradient) => gradient === undefined)) continue;
    for (const [position, gradient] of applyRule(node, dy, wants).entries()) {
      const input = node.inputs[position]!;
      if (!wants[position] || gradient === undefined) continue;
      const earlier = cotangents.get(input);
      cotangents.set(input, earlier ? add(earlier, gradient) : gradient);
    }
  }
  return wrt.map((x) => cotangents.get(x) ?? zerosLike(x));
}

function applyRule<K extends OpKind>(
  node: Node<K>,
  dy: readonly (Tensor | undefined)[],
  wants: readonly boolean[],
): readonly (Tensor | undefined)[] {
  const [dy0 = zerosLike(node.outputs[0]!)] = dy;
  return gradientRules[node.kind]({ node, dy, dy0, wants });
}

function nodesDependingOn(graph: Graph, wrt: readonly Tensor[]): ReadonlySet<Node> {
  const dependent = new Set(wrt.map((x) => x.node));
  for (const node of graph.nodes) {
    if (node.inputs.some((input) => dependent.has(input.node))) dependent.add(node);
  }
  return dependent;
}

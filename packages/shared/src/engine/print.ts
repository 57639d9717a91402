/** @file The text form of a graph, for people and for snapshots: one node a line, only what the outputs need. */

import { printDim, printShape } from './dim.ts';
import type { Node, Tensor } from './graph.ts';

/** Example line: `%7: f32[B*L, 768] = gemm(%3, %5) {transA: false, transB: true, alpha: 1}`. */
export function printGraph(outputs: Readonly<Record<string, Tensor>>): string {
  const names = new Map<Tensor, string>();
  const lines = reachableNodes(Object.values(outputs)).map((node) => {
    const left = node.outputs.map((tensor) => {
      names.set(tensor, `%${names.size}`);
      return `${names.get(tensor)}: ${tensor.dtype}${printShape(tensor.shape)}`;
    });
    return `${left.join(', ')} = ${node.kind}(${node.inputs.map((input) => names.get(input)).join(', ')})${printAttributes(node)}`;
  });
  const results = Object.entries(outputs).map(([name, tensor]) => `${name} = ${names.get(tensor)}`);
  return [...lines, `return ${results.join(', ')}`].join('\n');
}

/** The nodes that the outputs depend on, inputs before users. */
export function reachableNodes(outputs: readonly Tensor[]): readonly Node[] {
  const reached = new Set<Node>();
  const pending = outputs.map((tensor) => tensor.node);
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    pending.push(...node.inputs.map((input) => input.node));
  }
  return [...reached].sort((a, b) => a.id - b.id);
}

function printAttributes(node: Node): string {
  const entries = Object.entries(node.attributes);
  return entries.length === 0 ? '' : ` {${entries.map(([key, value]) => `${key}: ${printValue(value)}`).join(', ')}}`;
}

function printValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null && 'terms' in value)
    return printDim(value as Parameters<typeof printDim>[0]);
  return String(value);
}

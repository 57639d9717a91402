/** @file Tensors in error messages. */

import { printShape } from './dim.ts';
import type { Tensor } from './graph.ts';

export function describe(tensor: Tensor): string {
  return `${tensor.dtype}${printShape(tensor.shape)}`;
}

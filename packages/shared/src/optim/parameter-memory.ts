/** @file One WebAssembly memory for everything an optimiser touches: the runtime reads and writes it, the kernels update it, in place. */
import { SoftpostError } from '../errors.ts';
import { createKernels } from './kernels.ts';
import type { AdamWState } from './adamw.ts';
import type { Kernels } from './kernels.ts';

const PAGE_BYTES = 65_536;
const MAX_PAGES = 65_536;
const CACHE_LINE_BYTES = 64;

export interface ParameterMemoryOptions {
  /** Parameters that never change: they have no gradient and no moments. @default none */
  readonly isFrozen?: (name: string) => boolean;
  /** Parameters that weight decay applies to. @default those of two or more dimensions, so neither norms nor biases */
  readonly isDecayed?: (name: string, shape: readonly number[]) => boolean;
  /** Examples whose own gradients DP-SGD has in memory at once. @default 0 */
  readonly examples?: number;
}

/** Flat arrays hold the trained parameters in the order of `layout`. All are views of one buffer, which never moves. */
export interface ParameterMemory {
  /** `name[d0,d1,...]` of each trained parameter: what a checkpoint must agree on. */
  readonly layout: readonly string[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** How many of `parameters`, counted from the first, decay. */
  readonly decayed: number;
  /** For DP-SGD; empty unless `examples` was given. */
  readonly lot: {
    /** [examples, parameters]: one example's gradient a row. */
    readonly gradients: Float32Array;
    readonly sum: Float64Array;
    readonly noise: Float64Array;
  };
  /** Kernels that work on this memory. */
  readonly kernels: Kernels;
  /** One parameter, trained or frozen, in row-major order: a feed. */
  parameter(name: string): Float32Array;
  /** Where the runtime is to write the gradient of one trained parameter: a preallocated fetch. */
  gradient(name: string): Float32Array;
  /** What `adamW().init` gives, but in this memory; moments of an earlier call are cleared. */
  initAdamW(): AdamWState;
}

/** One parameter's place: element `start` of the flat arrays. */
interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly size: number;
}

/**
 * Lays out parameters of the given shapes, all zero: first those that decay, then other trained ones, then frozen ones, so that
 * an optimiser step is one kernel call, or two with weight decay.
 * @throws SoftpostError BAD_OPTION: this needs more than 4 GiB, or more than the machine gives
 */
export function allocateParameters(
  shapes: ReadonlyMap<string, readonly number[]>,
  options: ParameterMemoryOptions = {},
): ParameterMemory {
  const { isFrozen = () => false, isDecayed = (_name, shape) => shape.length > 1, examples = 0 } = options;
  const frozen = [...shapes].filter(([name]) => isFrozen(name));
  const free = [...shapes].filter(([name]) => !isFrozen(name));
  const decayed = free.filter((entry) => isDecayed(...entry));
  const undecayed = free.filter((entry) => !isDecayed(...entry));
  const slots = toSlots([...decayed, ...undecayed, ...frozen]);
  const trained = slots.slice(0, free.length);

  const n = sizeOf(trained);
  const lotSize = examples > 0 ? n : 0;
  const { starts, end } = place({
    values: 4 * sizeOf(slots),
    gradients: 4 * n,
    m: 4 * n,
    v: 4 * n,
    sum: 8 * lotSize,
    noise: 8 * lotSize,
    rows: 4 * n * examples,
  });
  const memory = allocate(end, n);
  const { buffer } = memory;
  const gradients = new Float32Array(buffer, starts.gradients, n);
  const m = new Float32Array(buffer, starts.m, n);
  const v = new Float32Array(buffer, starts.v, n);

  const view = (among: readonly Slot[], name: string, base: number): Float32Array => {
    const slot = among.find((candidate) => candidate.name === name);
    if (!slot)
      throw new SoftpostError('ENGINE', `There is no ${among === slots ? '' : 'trained '}parameter '${name}'.`);
    return new Float32Array(buffer, base + 4 * slot.start, slot.size);
  };
  return {
    layout: trained.map(({ name, shape }) => `${name}[${shape.join(',')}]`),
    parameters: new Float32Array(buffer, starts.values, n),
    gradients,
    decayed: sizeOf(slots.slice(0, decayed.length)),
    lot: {
      gradients: new Float32Array(buffer, starts.rows, n * examples),
      sum: new Float64Array(buffer, starts.sum, lotSize),
      noise: new Float64Array(buffer, starts.noise, lotSize),
    },
    kernels: createKernels(memory),
    parameter: (name) => view(slots, name, starts.values),
    gradient: (name) => view(trained, name, starts.gradients),
    initAdamW: () => ({ step: 0, m: m.fill(0), v: v.fill(0) }),
  };
}

/** Slots one after another without gaps. */
function toSlots(entries: readonly (readonly [name: string, shape: readonly number[]])[]): readonly Slot[] {
  let start = 0;
  return entries.map(([name, shape]) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const slot = { name, shape, start, size };
    start += size;
    return slot;
  });
}

function sizeOf(slots: readonly Slot[]): number {
  return slots.reduce((total, { size }) => total + size, 0);
}

/** Byte offsets of regions of the given byte lengths, each on a cache line of its own. */
function place<Region extends string>(
  lengths: Readonly<Record<Region, number>>,
): { starts: Record<Region, number>; end: number } {
  const starts: Record<Region, number> = { ...lengths };
  let end = 0;
  for (const region of Object.keys(lengths) as Region[]) {
    starts[region] = end;
    end += Math.ceil(lengths[region] / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
  }
  return { starts, end };
}

/** A memory that cannot grow: growing would detach every view. */
function allocate(bytes: number, trained: number): WebAssembly.Memory {
  const need = `Training ${trained} parameters needs ${(bytes / 2 ** 30).toFixed(2)} GiB`;
  const pages = Math.ceil(bytes / PAGE_BYTES);
  if (pages > MAX_PAGES)
    throw new SoftpostError('BAD_OPTION', `${need}, but one memory holds 4 GiB: freeze some or use a smaller model.`);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    throw new SoftpostError('BAD_OPTION', `${need}, more than this machine can give.`, { cause });
  }
}

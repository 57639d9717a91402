/** @file The valid range of every privacy parameter, each refused with the value, the limit and the remedy. */
import { SoftpostError } from '../errors.ts';

/** Above this the number of steps is surely a mistake, and counts stay far from 2^53. */
const MAX_STEPS = 1e9;

function refuse(name: string, value: number, valid: string): never {
  throw new SoftpostError('BAD_PRIVACY_PARAMETER', `${name} is ${value}; it must be ${valid}`);
}

export function requireNoiseMultiplier(value: number): number {
  return value > 0 && value < Infinity ? value : refuse('noise multiplier', value, 'a finite number > 0');
}

export function requireSamplingRate(value: number): number {
  return value > 0 && value <= 1 ? value : refuse('sampling rate', value, 'in (0, 1]');
}

export function requireSteps(value: number): number {
  return Number.isInteger(value) && value >= 1 && value <= MAX_STEPS
    ? value
    : refuse('steps', value, `an integer in 1..${MAX_STEPS}`);
}

export function requireDelta(value: number): number {
  return value > 0 && value < 1 ? value : refuse('delta', value, 'in (0, 1), and below 1 / the public size');
}

export function requireEpsilon(value: number): number {
  return value > 0 && value < Infinity ? value : refuse('epsilon', value, 'a finite number > 0');
}

export function requireClipNorm(value: number): number {
  return value > 0 && value < Infinity ? value : refuse('clip norm', value, 'a finite number > 0');
}

export function requireCount(name: string, value: number): number {
  return Number.isSafeInteger(value) && value >= 1 ? value : refuse(name, value, 'an integer >= 1');
}

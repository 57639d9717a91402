/** @file Parsers of numeric command-line options: each names its flag when the value is no number or out of range. */

import { SoftpostError } from '../errors.ts';

/** Limits of an option; all that are given hold. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  /** The value must be greater. */
  readonly above?: number;
  /** The value must be less. */
  readonly below?: number;
}

type Parser<T> = (text: string) => T;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INTEGER = /^[+-]?\d+$/;

/** A parser for `command.option(flags, description, parser)`. @throws BAD_OPTION naming `flag`. */
export function numberOption(flag: string, range: Range = {}): Parser<number> {
  return (text) => parse(flag, text, NUMBER, 'a number', range);
}

/** As numberOption, for whole numbers up to 2^53 - 1. */
export function integerOption(flag: string, range: Range = {}): Parser<number> {
  return (text) => parse(flag, text, INTEGER, 'a whole number', { max: Number.MAX_SAFE_INTEGER, ...range });
}

/** Whole numbers with commas between, such as `0,7`. */
export function integerListOption(flag: string, range: Range = {}): Parser<readonly number[]> {
  const parseOne = integerOption(flag, range);
  return (text) => text.split(',').map(parseOne);
}

/** The `--threads` of every command, to be spread into `command.option(...)`. The runtime starts as many as it is told: millions hang. */
export const threadsOption = [
  '--threads <n>',
  'threads inside one operation (default: what the machine has)',
  integerOption('--threads', { min: 1, max: 256 }),
] as const;

function parse(flag: string, text: string, syntax: RegExp, what: string, range: Range): number {
  const value = syntax.test(text) ? Number(text) : Number.NaN;
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = range;
  if (Number.isFinite(value) && value >= min && value <= max && value > above && value < below) return value;
  throw new SoftpostError('BAD_OPTION', `${flag} must be ${what}${rangeText(range)}, got "${text}"`);
}

function rangeText({ min, max, above, below }: Range): string {
  const limits = [
    min === undefined ? [] : `at least ${min}`,
    above === undefined ? [] : `greater than ${above}`,
    max === undefined || max === Number.MAX_SAFE_INTEGER ? [] : `at most ${max}`,
    below === undefined ? [] : `less than ${below}`,
  ].flat();
  return limits.length === 0 ? '' : ` ${limits.join(' and ')}`;
}

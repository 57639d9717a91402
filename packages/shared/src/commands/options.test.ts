import { expect, test } from 'vitest';

import { integerListOption, integerOption, numberOption, threadsOption } from './options.ts';

test('numbers are read in decimal and scientific notation', () => {
  const parse = numberOption('--delta', { above: 0, below: 1 });
  expect(['1e-6', '0.5', '.25', '+1E-2'].map(parse)).toEqual([1e-6, 0.5, 0.25, 0.01]);
});

test.each(['', ' ', 'x', '0x10', '1,5', '1e999', 'NaN', 'Infinity', '1 2'])('"%s" is no number', (text) => {
  expect(() => numberOption('--epsilon')(text)).toThrow(`--epsilon must be a number, got "${text}"`);
});

test('the error names the limits of the range', () => {
  const parse = numberOption('--alpha', { min: 0, max: 1 });
  expect([parse('0'), parse('1')]).toEqual([0, 1]);
  expect(() => parse('1.01')).toThrow('--alpha must be a number at least 0 and at most 1, got "1.01"');
  expect(() => numberOption('--delta', { above: 0, below: 1 })('0')).toThrow('greater than 0 and less than 1');
});

test.each(['1.0', '1e3', '9007199254740993', '-1'])('"%s" is no step count', (text) => {
  expect(() => integerOption('--steps', { min: 0 })(text)).toThrow('--steps must be a whole number at least 0');
});

test('a list names its flag for the element that is wrong', () => {
  const parse = integerListOption('--layers', { min: 0 });
  expect(parse('0,7')).toEqual([0, 7]);
  expect(() => parse('0,,7')).toThrow('--layers must be a whole number at least 0, got ""');
});

// Kills the mutant without a limit: the runtime would start as many threads as it is told.
test('threads are limited', () => {
  const [, , parse] = threadsOption;
  expect(['1', '256'].map(parse)).toEqual([1, 256]);
  for (const text of ['0', '257', '99999999'])
    expect(() => parse(text)).toThrow('--threads must be a whole number at least 1 and at most 256');
});

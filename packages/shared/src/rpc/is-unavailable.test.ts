import { expect, test } from 'vitest';
import { SoftpostError } from '../errors.ts';
import { isUnavailable } from './is-unavailable.ts';

test('unavailable is what may pass', () => {
  expect(isUnavailable(new SoftpostError('SHUTTING_DOWN', ''))).toBe(true);
  expect(isUnavailable(new SoftpostError('BAD_CERTIFICATE', ''))).toBe(false);
  expect(isUnavailable(new Error('x'))).toBe(false);
});

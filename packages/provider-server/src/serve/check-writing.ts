/** @file What a request may ask of the writing of a text. */

import { randomInt } from 'node:crypto';
import { SoftpostError } from '@softpost/shared/errors';
import type { GenerateRequest } from './engine.ts';
import type { GenerateCall } from './serving.ts';

type Asked = Pick<GenerateCall, 'maxTokens' | 'temperature' | 'topP' | 'stop' | 'seed'>;

const MAX_STOPS = { count: 16, characters: 256 } as const;

/** With the defaults filled in. @throws BAD_REQUEST naming what is out of range */
export function checkWriting({
  maxTokens,
  temperature = 0,
  topP = 1,
  stop = [],
  seed,
}: Asked): GenerateRequest['writing'] {
  refuseUnless(
    maxTokens === undefined || (Number.isInteger(maxTokens) && maxTokens >= 1),
    'max_tokens',
    'a number from 1',
  );
  refuseUnless(temperature >= 0 && temperature <= 2, 'temperature', 'from 0 to 2');
  refuseUnless(topP > 0 && topP <= 1, 'top_p', 'above 0 and at most 1');
  refuseUnless(seed === undefined || Number.isInteger(seed), 'seed', 'a whole number');
  refuseUnless(
    stop.length <= MAX_STOPS.count && stop.every(({ length }) => length >= 1 && length <= MAX_STOPS.characters),
    'stop',
    `at most ${MAX_STOPS.count} strings of 1 to ${MAX_STOPS.characters} characters`,
  );
  return { maxTokens, temperature, topP, stop, seed: seed ?? randomInt(2 ** 47) };
}

function refuseUnless(isGood: boolean, name: string, range: string): void {
  if (!isGood) throw new SoftpostError('BAD_REQUEST', `${name} must be ${range}`);
}

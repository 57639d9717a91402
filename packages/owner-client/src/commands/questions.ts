/** @file Asking for what a flag did not say, where there is somebody to ask. */

import { createInterface } from 'node:readline/promises';
import { SoftpostError } from '@softpost/shared/errors';

type Terminal<Stream> = Stream & { readonly isTTY?: boolean };

/** @returns a function that asks, and throws BAD_OPTION naming `flag` where nobody can be asked, or nothing is answered */
export function questions(
  input: Terminal<NodeJS.ReadableStream>,
  output: Terminal<NodeJS.WritableStream>,
): (flag: string, question: string) => Promise<string> {
  return async (flag, question) => {
    if (input.isTTY && output.isTTY) {
      using lines = createInterface({ input, output });
      const answer = (await lines.question(question)).trim();
      if (answer !== '') return answer;
    }
    throw new SoftpostError('BAD_OPTION', `${flag} is missing`);
  };
}

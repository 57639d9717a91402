/** @file Names that the provider gives: students, jobs, prompts. A text of the owner does not become one by accident. */

import { quoteName } from '@softpost/shared/artifact/read-file';
import { SoftpostError, type ErrorCode } from '@softpost/shared/errors';

declare const ID: unique symbol;

/** Letters, digits and `._+:-`, at most 128: fit for a message, a file name and a terminal. */
export type Id = string & { readonly [ID]: true };

const FORM = /^[A-Za-z0-9][A-Za-z0-9._+:-]{0,127}$/;

/** @param code BAD_OPTION for what the user says, BAD_ANSWER for what the provider says */
export function asId(what: string, text: string, code: ErrorCode = 'BAD_OPTION'): Id {
  if (FORM.test(text)) return text as Id;
  throw new SoftpostError(code, `${what} must be letters, digits and ._+:-, got ${quoteName(text)}`);
}

/** @file The checks of a prompt that an owner sent, on the bytes as they came: nothing is allocated but one row. */

import { widenBf16, widenF16 } from '@softpost/shared/artifact/half';
import { MAX_PROMPT_HEADER_BYTES, PROMPT_TENSOR } from '@softpost/shared/artifact/prompt-folder';
import { quoteName } from '@softpost/shared/artifact/read-file';
import { isWeightDtype, type WeightDtype } from '@softpost/shared/artifact/safetensors';
import {
  decodeHeader,
  DTYPE_BYTES,
  headerLength,
  LENGTH_BYTES,
  parseSafetensorsHeader,
} from '@softpost/shared/artifact/safetensors-header';
import { SoftpostError, type ErrorCode } from '@softpost/shared/errors';
import { promptSizeFault } from '@softpost/shared/submission/limits';

export interface PromptTerms {
  /** Of the student. */
  readonly hiddenSize: number;
  readonly maxVirtualTokens: number;
  /** L2 norms that a row may have. */
  readonly rowNorms: { readonly low: number; readonly high: number };
}

export interface CheckedPrompt {
  readonly virtualTokens: number;
  readonly dtype: WeightDtype;
}

/**
 * The file must be one tensor of [virtual tokens, hidden size] and nothing else, to the byte.
 * @throws SoftpostError BAD_PROMPT for its size, the metadata or a row's norm, BAD_SAFETENSORS, MISSING_TENSOR, WRONG_SHAPE, NON_FINITE
 */
export function checkSubmittedPrompt(bytes: Uint8Array, terms: PromptTerms): CheckedPrompt {
  const { hiddenSize, maxVirtualTokens } = terms;
  const largest = LENGTH_BYTES + MAX_PROMPT_HEADER_BYTES + 4 * maxVirtualTokens * hiddenSize;
  if (bytes.byteLength > largest) refuse('BAD_PROMPT', `it has ${bytes.byteLength} bytes; at most ${largest} are read`);
  const { dtype, virtualTokens, begin } = readLayout(bytes, hiddenSize);
  const fault = promptSizeFault({ virtualTokens, hiddenSize }, maxVirtualTokens);
  if (fault !== undefined) refuse('BAD_PROMPT', fault);
  checkRows(bytes.subarray(begin), dtype, virtualTokens, terms);
  return { virtualTokens, dtype };
}

function readLayout(bytes: Uint8Array, hiddenSize: number): CheckedPrompt & { readonly begin: number } {
  const fail = (fault: string): never => refuse('BAD_SAFETENSORS', fault);
  if (bytes.byteLength < LENGTH_BYTES) fail('it is truncated: it has no header');
  const begin =
    LENGTH_BYTES + headerLength(bytes, Math.min(MAX_PROMPT_HEADER_BYTES, bytes.byteLength - LENGTH_BYTES), fail);
  const header = decodeHeader(bytes.subarray(LENGTH_BYTES, begin), fail);
  const { entries, metadata } = parseSafetensorsHeader(header, bytes.byteLength - begin, fail);
  for (const [key, value] of metadata) {
    if (key !== 'format' || value !== 'pt') refuse('BAD_PROMPT', `__metadata__ has ${quoteName(key)}`);
  }
  const entry = entries.get(PROMPT_TENSOR) ?? refuse('MISSING_TENSOR', `it has no tensor ${PROMPT_TENSOR}`);
  if (entries.size > 1) refuse('WRONG_SHAPE', `it has ${entries.size} tensors, expected ${PROMPT_TENSOR} alone`);
  const { dtype, shape } = entry;
  const [virtualTokens, width] = shape;
  if (shape.length !== 2 || width !== hiddenSize || !virtualTokens) {
    return refuse('WRONG_SHAPE', `${PROMPT_TENSOR} is [${shape.join(', ')}], expected [1 or more, ${hiddenSize}]`);
  }
  if (!isWeightDtype(dtype)) return fail(`${PROMPT_TENSOR} is ${dtype}, expected F32, F16 or BF16`);
  return { dtype, virtualTokens, begin };
}

/** The bytes need not lie at a multiple of four, so each row is copied to where its numbers can be read. */
function checkRows(
  data: Uint8Array,
  dtype: WeightDtype,
  virtualTokens: number,
  { hiddenSize, rowNorms: { low, high } }: PromptTerms,
): void {
  const row = new Float32Array(hiddenSize);
  const raw = dtype === 'F32' ? row : new Uint16Array(hiddenSize);
  const rawBytes = new Uint8Array(raw.buffer);
  const rowBytes = hiddenSize * DTYPE_BYTES[dtype];
  for (let index = 0; index < virtualTokens; index++) {
    rawBytes.set(data.subarray(index * rowBytes, (index + 1) * rowBytes));
    if (raw instanceof Uint16Array) (dtype === 'F16' ? widenF16 : widenBf16)(raw, row);
    let squares = 0;
    for (const value of row) squares += value * value;
    // No float32 is so large that its square is infinite as a float64.
    if (!Number.isFinite(squares)) refuse('NON_FINITE', `${PROMPT_TENSOR} holds NaN or infinity in row ${index}`);
    const norm = Math.sqrt(squares);
    if (norm < low || norm > high) {
      refuse('BAD_PROMPT', `row ${index} of ${PROMPT_TENSOR} has the norm ${norm}; accepted are ${low} to ${high}`);
    }
  }
}

function refuse(code: ErrorCode, fault: string): never {
  throw new SoftpostError(code, `prompt: ${fault}`);
}

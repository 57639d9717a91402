/**
 * @file The JSON header of a safetensors file (https://github.com/huggingface/safetensors#format), parsed strictly.
 *
 * Not JSON.parse: it keeps the last of two equal keys, and builds whatever a hostile header of 100 MB asks for. This
 * parser knows the one grammar a header may have and stops at the first character outside it.
 */
import { JsonScanner } from './json-scanner.ts';
import { quoteName } from './read-file.ts';

/** Bytes of one element. */
export const DTYPE_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;

export type SafetensorsDtype = keyof typeof DTYPE_BYTES;

/** One tensor of a header; `begin` and `end` count bytes from the end of the header. */
export interface HeaderEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, HeaderEntry>;
}

/** Twice the tensors of the largest open models; bounds what a header full of tiny tensors can make us allocate. */
const MAX_TENSORS = 200_000;

/** As PyTorch. */
const MAX_RANK = 64;

/** The file begins with the length of its header, a little-endian integer. */
export const LENGTH_BYTES = 8;

const ENTRY_KEYS = ['dtype', 'shape', 'data_offsets'];

/** Bytes of the header, as the first eight bytes of the file claim, if that is at most `limit`. */
export function headerLength(prefix: Uint8Array, limit: number, fail: (fault: string) => never): number {
  const claimed = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength).getBigUint64(0, true);
  return claimed <= limit ? Number(claimed) : fail(`the header claims ${claimed} bytes; at most ${limit} are possible`);
}

export function decodeHeader(header: Uint8Array, fail: (fault: string) => never): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    return fail('the header is not UTF-8');
  }
}

/**
 * Reads the header text `json` of a file with `dataBytes` bytes after the header.
 *
 * @param fail called with what is wrong, never returns
 */
export function parseSafetensorsHeader(
  json: string,
  dataBytes: number,
  fail: (fault: string) => never,
): SafetensorsHeader {
  const scanner = new JsonScanner(json, (fault) => fail(`header: ${fault}`));
  const metadata = new Map<string, string>();
  const entries = new Map<string, HeaderEntry>();
  scanner.object(MAX_TENSORS, (name) => {
    if (name === '__metadata__') scanner.object(MAX_TENSORS, (key) => metadata.set(key, scanner.string()));
    else
      entries.set(
        name,
        readEntry(scanner, (fault) => fail(`tensor ${quoteName(name)}: ${fault}`)),
      );
  });
  scanner.end();
  checkTiling(entries, dataBytes, fail);
  return { metadata, entries };
}

function readEntry(scanner: JsonScanner, fail: (fault: string) => never): HeaderEntry {
  let dtype = '';
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] = [];
  scanner.object(ENTRY_KEYS.length, (key) => {
    if (key === 'dtype') dtype = scanner.string();
    else if (key === 'shape') shape = scanner.integers(MAX_RANK);
    else if (key === 'data_offsets') offsets = scanner.integers(2);
    else fail(`unknown key ${quoteName(key)}`);
  });
  if (!isDtype(dtype)) return fail(`unknown dtype ${quoteName(dtype)}`);
  if (shape === undefined) return fail('it has no shape');
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined) return fail('data_offsets is not a pair');
  const bytes = byteLength(shape, DTYPE_BYTES[dtype]);
  if (bytes === undefined) return fail(`shape [${shape.join(', ')}] is larger than any file`);
  if (end - begin !== bytes) {
    return fail(
      `shape [${shape.join(', ')}] of ${dtype} takes ${bytes} bytes, data_offsets [${begin}, ${end}] span ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

/** Undefined where the product leaves the safe integers on the way, even if a later dimension is zero. */
function byteLength(shape: readonly number[], elementBytes: number): number | undefined {
  let bytes = elementBytes;
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(bytes)) return undefined;
  }
  return bytes;
}

/** The tensors must cover the data exactly: no gap to hide something in, no byte that belongs to two tensors, no end outside. */
function checkTiling(
  entries: ReadonlyMap<string, HeaderEntry>,
  dataBytes: number,
  fail: (fault: string) => never,
): void {
  let covered = 0;
  for (const [name, { begin, end }] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      fail(`tensor ${quoteName(name)} begins at byte ${begin} of the data, expected ${covered}: a gap or an overlap`);
    covered = end;
  }
  if (covered > dataBytes) fail(`the file is truncated: tensors take ${covered} bytes, the file has ${dataBytes}`);
  if (covered < dataBytes) fail(`${dataBytes - covered} bytes belong to no tensor`);
}

function isDtype(name: string): name is SafetensorsDtype {
  return Object.hasOwn(DTYPE_BYTES, name);
}

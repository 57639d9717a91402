/**
 * @file Reading and writing safetensors files (https://github.com/huggingface/safetensors#format): 8 bytes of header length,
 * a JSON header, the tensors. Little-endian, as are the machines this runs on.
 */
import type { FileHandle } from 'node:fs/promises';
import { SoftpostError } from '../errors.ts';
import { replaceFileWith } from './atomic-write.ts';
import { narrowBf16, narrowF16, widenBf16, widenF16 } from './half.ts';
import { quoteName, readAt, shortPath, withFile } from './read-file.ts';
import {
  decodeHeader,
  DTYPE_BYTES,
  headerLength,
  LENGTH_BYTES,
  parseSafetensorsHeader,
  type SafetensorsDtype,
} from './safetensors-header.ts';

/** Dtypes that weights may have; the others are recognised in a header, but not read. */
export type WeightDtype = 'F32' | 'F16' | 'BF16';

export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A file whose header was checked; nothing stays open. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** One tensor to be written: row-major `data` of `shape`, stored as `dtype` (F32 unless given). */
export interface TensorData {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly dtype?: WeightDtype;
}

/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads and checks the header: sizes, names, dtypes, shapes, and that the tensors cover the rest of the file exactly.
 *
 * @param limits.maxHeaderBytes 100 MB unless given
 * @throws SoftpostError FILE_NOT_FOUND, BAD_SAFETENSORS
 */
export async function readSafetensorsHeader(
  path: string,
  limits: { readonly maxHeaderBytes?: number } = {},
): Promise<SafetensorsFile> {
  const fail = (fault: string): never => {
    throw new SoftpostError('BAD_SAFETENSORS', `${shortPath(path)}: ${fault}`);
  };
  return withFile(path, async (file, size) => {
    const prefix = new Uint8Array(LENGTH_BYTES);
    if ((await readAt(file, prefix, 0)) < LENGTH_BYTES) fail('the file is truncated: it has no header');
    const limit = Math.min(limits.maxHeaderBytes ?? MAX_HEADER_BYTES, size - LENGTH_BYTES);
    const header = new Uint8Array(headerLength(prefix, limit, fail));
    if ((await readAt(file, header, LENGTH_BYTES)) < header.byteLength) fail('the file is truncated in its header');
    const dataStart = LENGTH_BYTES + header.byteLength;
    const { metadata, entries } = parseSafetensorsHeader(decodeHeader(header, fail), size - dataStart, fail);
    const tensors = new Map<string, SafetensorsTensor>();
    for (const [name, { dtype, shape, begin, end }] of entries) {
      tensors.set(name, { name, dtype, shape, offset: dataStart + begin, length: end - begin });
    }
    return { path, metadata, tensors };
  });
}

/**
 * The values of one tensor, row-major, widened to float32.
 *
 * @throws SoftpostError MISSING_TENSOR; BAD_SAFETENSORS when its dtype is not F32, F16 or BF16, or the file became shorter
 */
export async function readTensor(file: SafetensorsFile, name: string): Promise<Float32Array> {
  const tensor = file.tensors.get(name);
  if (tensor === undefined)
    throw new SoftpostError('MISSING_TENSOR', `${shortPath(file.path)} has no tensor ${quoteName(name)}`);
  const { dtype, offset, length } = tensor;
  if (!isWeightDtype(dtype)) throw notWeights(file.path, tensor);
  const values = new Float32Array(length / DTYPE_BYTES[dtype]);
  const raw = dtype === 'F32' ? values : new Uint16Array(values.length);
  const filled = await withFile(file.path, (handle) => readAt(handle, asBytes(raw), offset));
  if (filled < length)
    throw new SoftpostError(
      'BAD_SAFETENSORS',
      `${shortPath(file.path)}: the file is truncated in tensor ${quoteName(name)}`,
    );
  if (raw instanceof Uint16Array) (dtype === 'F16' ? widenF16 : widenBf16)(raw, values);
  return values;
}

export function isWeightDtype(dtype: SafetensorsDtype): dtype is WeightDtype {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** The error for a tensor that is there, but of a dtype that weights cannot have. */
export function notWeights(path: string, { name, dtype }: SafetensorsTensor): SoftpostError {
  return new SoftpostError(
    'BAD_SAFETENSORS',
    `${shortPath(path)}: tensor ${quoteName(name)} is ${dtype}; weights must be F32, F16 or BF16`,
  );
}

/**
 * Writes a safetensors file, whole or not at all. The bytes depend only on the arguments, not on the order of keys.
 *
 * @throws SoftpostError WRONG_SHAPE when a shape does not fit its data, NON_FINITE when a finite value does not fit in
 * its dtype, CANNOT_WRITE
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorData>>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  // Wide dtypes first keeps every tensor aligned to its element size, as the reference implementation does.
  const order = Object.entries(tensors).sort(([a, x], [b, y]) => elementBytes(y) - elementBytes(x) || (a < b ? -1 : 1));
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let end = 0;
  for (const [name, tensor] of order) {
    checkShape(name, tensor);
    const begin = end;
    end += storedBytes(tensor);
    header.push([name, { dtype: tensor.dtype ?? 'F32', shape: tensor.shape, data_offsets: [begin, end] }]);
  }
  await replaceFileWith(path, async (file) => {
    await file.writeFile(encodeHeader(Object.fromEntries(header)));
    for (const [name, tensor] of order) await writeData(file, name, tensor);
  });
}

/** The length and the JSON, padded with spaces so that the data begins at a multiple of 8. */
function encodeHeader(header: Readonly<Record<string, unknown>>): Uint8Array {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Math.ceil(json.byteLength / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}

function checkShape(name: string, { shape, data }: TensorData): void {
  if (name === '__metadata__') throw new SoftpostError('BAD_SAFETENSORS', 'a tensor cannot be named "__metadata__"');
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || elements !== data.length) {
    throw new SoftpostError(
      'WRONG_SHAPE',
      `tensor ${quoteName(name)} of shape [${shape.join(', ')}] was given ${data.length} values`,
    );
  }
}

async function writeData(file: FileHandle, name: string, { data, dtype = 'F32' }: TensorData): Promise<void> {
  if (dtype === 'F32') return file.writeFile(asBytes(data));
  const narrow = dtype === 'F16' ? narrowF16(data) : narrowBf16(data);
  const infinity = dtype === 'F16' ? 0x7c00 : 0x7f80;
  for (let i = 0; i < narrow.length; i++) {
    if (((narrow[i] as number) & 0x7fff) !== infinity || !Number.isFinite(data[i])) continue;
    throw new SoftpostError('NON_FINITE', `tensor ${quoteName(name)}: the value ${data[i]} does not fit in ${dtype}`);
  }
  return file.writeFile(asBytes(narrow));
}

/** Bytes of the tensor in the file. */
export function storedBytes(tensor: TensorData): number {
  return tensor.data.length * elementBytes(tensor);
}

function elementBytes({ dtype = 'F32' }: TensorData): number {
  return DTYPE_BYTES[dtype];
}

function asBytes(array: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * @file A model folder as Hugging Face writes it: config.json and weights in safetensors files. Only headers are read on opening:
 * the engine maps the weights from the files where they are.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { SoftpostError } from '../errors.ts';
import { quoteName, readJson, shortPath } from './read-file.ts';
import {
  isWeightDtype,
  notWeights,
  readSafetensorsHeader,
  readTensor,
  type SafetensorsFile,
  type SafetensorsTensor,
} from './safetensors.ts';
import { findWeightFiles, INDEX_FILE } from './weight-files.ts';

/** Where one tensor lies, in the form that the runtime takes weights from. */
export interface StoredTensor {
  readonly name: string;
  /** The real folder, symbolic links resolved: the runtime refuses links that lead out of a folder. */
  readonly folder: string;
  /** The real file name in `folder`. */
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  readonly dtype: 'f32' | 'f16' | 'bf16';
  readonly shape: readonly number[];
}

export interface ModelFolder {
  readonly dir: string;
  /** config.json as it is; the architecture's own file checks the fields it needs. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Every tensor of a weight dtype, by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** @throws SoftpostError MISSING_TENSOR, WRONG_SHAPE; BAD_SAFETENSORS when its dtype is not one of weights */
  tensor(name: string, shape: readonly number[]): StoredTensor;
  /** The values, row-major, widened to float32. @throws SoftpostError MISSING_TENSOR, BAD_SAFETENSORS */
  read(name: string): Promise<Float32Array>;
}

const CONFIG_LIMITS = { maxBytes: 16 << 20, code: 'BAD_MODEL_CONFIG' } as const;
const STORED_DTYPE = { F32: 'f32', F16: 'f16', BF16: 'bf16' } as const;

/** A tensor and the file that holds it, before the dtype is known to be one of weights. */
interface Held {
  readonly file: SafetensorsFile;
  readonly tensor: SafetensorsTensor;
}

/**
 * Opens the folder `dir`. Links, as in a Hugging Face cache, are followed, provided all weights lie in one real folder.
 *
 * @throws SoftpostError FILE_NOT_FOUND, BAD_MODEL_CONFIG, BAD_SAFETENSORS, MISSING_TENSOR
 */
export async function openModelFolder(dir: string): Promise<ModelFolder> {
  const config = await readJson(join(dir, 'config.json'), z.record(z.string(), z.unknown()), CONFIG_LIMITS);
  const held = await readHeaders(dir);
  const tensors = await locate(dir, held);
  const heldTensor = (name: string): Held => held.get(name) ?? missing(shortPath(dir), name);
  return {
    dir,
    config,
    tensors,
    tensor(name, shape) {
      const { file, tensor } = heldTensor(name);
      const stored = tensors.get(name);
      if (stored === undefined) throw notWeights(file.path, tensor);
      if (shape.length !== stored.shape.length || shape.some((size, axis) => size !== stored.shape[axis])) {
        throw new SoftpostError(
          'WRONG_SHAPE',
          `${shortPath(file.path)}: tensor ${quoteName(name)} is [${stored.shape.join(', ')}], expected [${shape.join(', ')}]`,
        );
      }
      return stored;
    },
    read: async (name) => readTensor(heldTensor(name).file, name),
  };
}

async function readHeaders(dir: string): Promise<ReadonlyMap<string, Held>> {
  const { files, holders } = await findWeightFiles(dir);
  const headers = new Map<string, SafetensorsFile>();
  for (const file of files) headers.set(file, await readSafetensorsHeader(join(dir, file)));
  const held = new Map<string, Held>();
  for (const [fileName, file] of headers) {
    for (const [name, tensor] of file.tensors) {
      if (holders === undefined || holders.get(name) === fileName) held.set(name, { file, tensor });
    }
  }
  for (const [name, fileName] of holders ?? []) {
    if (!held.has(name)) missing(`${shortPath(join(dir, fileName))}, named by ${INDEX_FILE},`, name);
  }
  return held;
}

async function locate(dir: string, held: ReadonlyMap<string, Held>): Promise<ReadonlyMap<string, StoredTensor>> {
  const realPaths = new Map<string, string>();
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { file, tensor }] of held) {
    const realPath = realPaths.get(file.path) ?? (await realpath(file.path));
    realPaths.set(file.path, realPath);
    const { dtype, offset, length, shape } = tensor;
    if (!isWeightDtype(dtype)) continue;
    tensors.set(name, {
      name,
      folder: dirname(realPath),
      file: basename(realPath),
      offset,
      length,
      dtype: STORED_DTYPE[dtype],
      shape,
    });
  }
  if (new Set([...realPaths.values()].map((path) => dirname(path))).size > 1) {
    throw new SoftpostError(
      'BAD_SAFETENSORS',
      `${dir}: its weight files are links into different folders; put them into one`,
    );
  }
  return tensors;
}

function missing(where: string, name: string): never {
  throw new SoftpostError('MISSING_TENSOR', `${where} has no tensor ${quoteName(name)}`);
}

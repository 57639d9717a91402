/** @file Writing a model as the folder that Hugging Face `transformers` loads. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftpostError } from '../errors.ts';
import { writeFolder } from './atomic-write.ts';
import { quoteName } from './read-file.ts';
import { storedBytes, writeSafetensors, type TensorData } from './safetensors.ts';
import { INDEX_FILE, SINGLE_FILE } from './weight-files.ts';

export interface ModelContent {
  /** Becomes config.json; its `dtype` should name what the tensors are stored as. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, TensorData>>;
  /** Further files by plain name: tokenizer files, generation_config.json, README.md. */
  readonly extraFiles?: Readonly<Record<string, Uint8Array | string>>;
  /** A shard is closed before it would grow beyond this; one larger tensor has a shard of its own. @default 5e9 */
  readonly maxShardBytes?: number;
}

type Shard = Record<string, TensorData>;

/** transformers refuses safetensors files that do not say for which framework they are. */
const METADATA = { format: 'pt' };

/**
 * Makes the folder `dir`, whole or not at all.
 *
 * @throws SoftpostError FILE_EXISTS, WRONG_SHAPE, NON_FINITE, CANNOT_WRITE; BAD_OPTION for an extra file that is no plain name
 */
export async function writeModelFolder(dir: string, content: ModelContent): Promise<void> {
  const { config, tensors, extraFiles = {}, maxShardBytes = 5e9 } = content;
  await writeFolder(dir, async (temporary) => {
    await writeFile(join(temporary, 'config.json'), asJson(config));
    await writeWeights(temporary, splitIntoShards(tensors, maxShardBytes));
    for (const [name, bytes] of Object.entries(extraFiles)) {
      if (/[/\\\0]/.test(name) || name === 'config.json' || name.endsWith('.safetensors')) {
        throw new SoftpostError(
          'BAD_OPTION',
          `${quoteName(name)} cannot be the name of an extra file of a model folder`,
        );
      }
      await writeFile(join(temporary, name), bytes);
    }
  });
}

function splitIntoShards(tensors: Shard, maxShardBytes: number): readonly Shard[] {
  let shard: Shard = {};
  let bytes = 0;
  const shards = [shard];
  for (const [name, tensor] of Object.entries(tensors)) {
    if (bytes > 0 && bytes + storedBytes(tensor) > maxShardBytes) {
      shard = {};
      bytes = 0;
      shards.push(shard);
    }
    shard[name] = tensor;
    bytes += storedBytes(tensor);
  }
  return shards;
}

async function writeWeights(dir: string, shards: readonly Shard[]): Promise<void> {
  const [only] = shards;
  if (shards.length === 1 && only !== undefined) return writeSafetensors(join(dir, SINGLE_FILE), only, METADATA);
  const weightMap: Record<string, string> = {};
  let totalSize = 0;
  const numbered = (count: number): string => String(count).padStart(5, '0');
  for (const [i, shard] of shards.entries()) {
    const file = `model-${numbered(i + 1)}-of-${numbered(shards.length)}.safetensors`;
    await writeSafetensors(join(dir, file), shard, METADATA);
    for (const [name, tensor] of Object.entries(shard)) {
      weightMap[name] = file;
      totalSize += storedBytes(tensor);
    }
  }
  await writeFile(join(dir, INDEX_FILE), asJson({ metadata: { total_size: totalSize }, weight_map: weightMap }));
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

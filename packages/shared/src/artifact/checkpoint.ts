/** @file The state of a long step on disk, from which it goes on after a crash as if nothing had happened. */

import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SoftpostError } from '../errors.ts';
import { PRIVATE } from './atomic-write.ts';
import { isThere } from './read-file.ts';
import { readSafetensorsHeader, readTensor, writeSafetensors } from './safetensors.ts';
import { removeStaleSiblings } from './temporary-sibling.ts';

/** Everything that the steps after `step` depend on, the options apart. */
export interface CheckpointState {
  /** Finished steps. */
  readonly step: number;
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

export interface Checkpoint {
  /**
   * The last saved state, if any.
   * @throws BAD_CHECKPOINT when it was made with other options (naming the first that differs) or is damaged
   */
  load(): Promise<CheckpointState | undefined>;
  /** Replaces the state on disk, whole or not at all. */
  save(state: CheckpointState): Promise<void>;
  /** Also removes what a killed writer left of it. */
  remove(): Promise<void>;
}

/** What decides the result of a step. A checkpoint is only for a run with the same. */
export type Fingerprint = Readonly<Record<string, string | number | boolean | null>>;

/** The checkpoint that belongs to an output path, beside it also where the path ends in a slash. */
export function openCheckpoint(outputPath: string, fingerprint: Fingerprint): Checkpoint {
  const path = `${resolve(outputPath)}.checkpoint.safetensors`;
  return {
    load: async () => ((await isThere(path)) ? loadState(path, fingerprint) : undefined),
    save: ({ step, arrays }) =>
      writeSafetensors(
        path,
        Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }])),
        { step: String(step), fingerprint: JSON.stringify(fingerprint) },
        PRIVATE,
      ),
    remove: async () => {
      await rm(path, { force: true });
      await removeStaleSiblings(path);
    },
  };
}

/** Digests are not shown: with that of private data anybody could test a guess of them. */
function change(before: Fingerprint[string] | undefined, now: Fingerprint[string] | undefined): string {
  const ofFile = [before, now].some((value) => typeof value === 'string' && value.startsWith('sha256:'));
  return ofFile ? 'has changed' : `was ${JSON.stringify(before)}, now ${JSON.stringify(now)}`;
}

async function loadState(path: string, fingerprint: Fingerprint): Promise<CheckpointState> {
  try {
    const file = await readSafetensorsHeader(path);
    const saved = JSON.parse(file.metadata.get('fingerprint') ?? '{}') as Fingerprint;
    const changed = Object.keys({ ...saved, ...fingerprint }).find((key) => saved[key] !== fingerprint[key]);
    if (changed !== undefined) {
      throw new SoftpostError(
        'BAD_CHECKPOINT',
        `${path} is of a run with other options: ${changed} ${change(saved[changed], fingerprint[changed])}`,
      );
    }
    const arrays: Record<string, Float32Array> = {};
    for (const name of file.tensors.keys()) arrays[name] = await readTensor(file, name);
    return { step: Number(file.metadata.get('step')), arrays };
  } catch (cause) {
    if (cause instanceof SoftpostError && cause.code === 'BAD_CHECKPOINT') throw cause;
    throw new SoftpostError('BAD_CHECKPOINT', `${path} is damaged`, { cause });
  }
}

/** @file The prompts that are served: looked up in the database for every request, so that one that was deleted serves no more. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '@softpost/shared/artifact/digest';
import { readPromptFolder, type SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import type { ArtifactStore } from '../store/artifacts/artifact-store.ts';
import { materialise } from '../store/artifacts/stored-folder.ts';
import { getPrompt, getSubmission } from '../store/prompts.ts';
import type { Db } from '../store/rows.ts';
import type { ServingOptions } from './serving.ts';

export function tenantPrompts(db: Db, store: ArtifactStore): ServingOptions['readPrompt'] {
  return async (tenantId, promptId) => {
    const { teacherId, submissionId, artifact } = await getPrompt(db, tenantId, promptId);
    const { task } = await getSubmission(db, tenantId, submissionId);
    return { teacherId, task, load: () => readPrompt(store, artifact) };
  };
}

async function readPrompt(store: ArtifactStore, artifact: Digest): Promise<SoftPrompt> {
  const parent = await mkdtemp(join(tmpdir(), 'softpost-prompt-'));
  try {
    const dir = join(parent, 'prompt');
    await materialise(store, artifact, dir);
    return (await readPromptFolder(dir)).prompt;
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

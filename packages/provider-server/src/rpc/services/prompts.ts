/** @file PromptService: the prompts of one tenant. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import { buffer } from 'node:stream/consumers';
import { teacherFolder, type Catalog } from '../../jobs/catalog.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { createRetransfer } from '../../jobs/transfer-request.ts';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.ts';
import { readFolder } from '../../store/artifacts/stored-folder.ts';
import { deletePrompt, getPrompt, listPrompts } from '../../store/prompts.ts';
import type { Db } from '../../store/rows.ts';
import { tenantIdOf } from '../tenant-id-of.ts';
import { jobMessage, promptMessage } from '../messages.ts';

export interface PromptParts {
  readonly db: Db;
  readonly store: ArtifactStore;
  readonly jobs: Jobs;
  readonly catalog: Catalog;
}

export function promptService({ db, store, jobs, catalog }: PromptParts): ServiceOf<'PromptService', CallContext> {
  return {
    ListPrompts: async (request, call) => {
      const { rows, nextPageToken } = await listPrompts(db, tenantIdOf(call), request);
      return { prompts: rows.map(promptMessage), nextPageToken };
    },

    GetPrompt: async ({ promptId }, call) => {
      const prompt = await getPrompt(db, tenantIdOf(call), promptId);
      const files: Record<string, Buffer> = {};
      for (const { name, digest } of await readFolder(store, prompt.artifact))
        files[name] = await buffer(await store.open(digest));
      return { prompt: promptMessage(prompt), files };
    },

    DeletePrompt: async ({ promptId }, call) => {
      await deletePrompt(db, tenantIdOf(call), promptId);
      return {};
    },

    RetransferPrompt: async ({ idempotencyKey, promptId, teacherId }, call) => {
      teacherFolder(catalog, teacherId);
      const request = { tenantId: tenantIdOf(call), idempotencyKey, promptId, options: { teacherId } };
      return { job: jobMessage(await createRetransfer(db, jobs, request)) };
    },
  };
}

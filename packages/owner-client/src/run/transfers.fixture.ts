/** @file For tests: a provider's transfers. One job for each idempotency key, done at once, and a teacher's prompt with the receipt that was submitted. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@softpost/shared/artifact/digest';
import type { PromptCard } from '@softpost/shared/artifact/prompt-card';
import { PROMPT_FILES, writePromptFolder } from '@softpost/shared/artifact/prompt-folder';
import { SoftpostError } from '@softpost/shared/errors';
import { openReceipt } from '@softpost/shared/receipt/signed-receipt';
import { statementOf } from '@softpost/shared/receipt/verify-receipt';
import type { RequestOf } from '@softpost/shared/rpc/methods';
import { type Handlers } from '../provider.fixture.ts';

export type Transfer = Required<RequestOf<'/softpost.v1.TransferService/CreateTransfer'>>;

export interface Transfers {
  /** By idempotency key, in order. */
  readonly submitted: Map<string, Transfer>;
  readonly handlers: Handlers;
  /** Prompt folders by prompt id, as they are answered; tests may change them. */
  readonly change: (edit: (files: Record<string, Buffer>) => void) => void;
}

export const TEACHER = 'Teacher-8b';

export function transfers(): Transfers {
  const submitted = new Map<string, Transfer>();
  let edit: (files: Record<string, Buffer>) => void = () => undefined;
  const idOf = (key: string): number => [...submitted.keys()].indexOf(key) + 1;
  const transferOf = (id: string): Transfer => {
    const transfer = [...submitted.values()][Number(id.split('-')[1]) - 1];
    if (transfer === undefined) throw new SoftpostError('UNKNOWN_ID', 'there is nothing with this id');
    return transfer;
  };
  const handlers: Handlers = {
    'TransferService/CreateTransfer': (request) => {
      submitted.set(request.idempotencyKey, request);
      return { job: { jobId: `job-${idOf(request.idempotencyKey)}`, state: 'JOB_STATE_QUEUED' } };
    },
    'JobService/GetJob': ({ jobId }) => {
      const promptId = `prompt-${idOf(transferOf(jobId).idempotencyKey)}`;
      return { job: { jobId, kind: 'JOB_KIND_TRANSFER', state: 'JOB_STATE_SUCCEEDED', promptId } };
    },
    'JobService/WatchJob': async function* ({ jobId }) {
      transferOf(jobId);
      for (const number of [1, 2, 3]) yield { event: { number, phase: 'transfer', step: number, steps: 3 } };
    },
    'PromptService/GetPrompt': async ({ promptId }) => {
      const files = await transferredFiles(transferOf(promptId));
      edit(files);
      return { prompt: { promptId, teacherId: TEACHER, taskName: 'films', verdict: 'better' }, files };
    },
    'PromptService/RetransferPrompt': ({ idempotencyKey, promptId }) => {
      submitted.set(idempotencyKey, { ...transferOf(promptId), idempotencyKey });
      return { job: { jobId: `job-${idOf(idempotencyKey)}`, state: 'JOB_STATE_QUEUED' } };
    },
  };
  return { submitted, handlers, change: (next) => (edit = next) };
}

/** A folder as `softpost-provider transfer` writes it, with made-up values. */
async function transferredFiles({ prompt, receipt: text }: Transfer): Promise<Record<string, Buffer>> {
  const dir = await mkdtemp(join(tmpdir(), 'softpost-teacher-'));
  try {
    const receipt = openReceipt(text);
    const card: PromptCard = {
      version: 1,
      task: 'films',
      step: 'transfer',
      belongsTo: 'teacher',
      model: { name: TEACHER, objective: 'causal' },
      digests: {
        student: receipt.studentDigest,
        teacher: digestOf(TEACHER),
        tokenizer: digestOf('tokenizer'),
        studentPrompt: digestOf(prompt),
      },
      privacy: statementOf(receipt),
      details: {},
    };
    const values = { embeddings: Float32Array.of(1, 2, 3, 4), virtualTokens: 2, hiddenSize: 2 };
    await writePromptFolder(join(dir, 'prompt'), values, card, () => text);
    const files: Record<string, Buffer> = {};
    for (const name of PROMPT_FILES) files[name] = await readFile(join(dir, 'prompt', name));
    return files;
  } finally {
    await rm(dir, { recursive: true });
  }
}

/**
 * @file A provider's process without a network: database, artifacts, queue and a worker. Told to, it asks for a student and a transfer
 * (again and again: keys make it once) and tells what happens to the transfer, as JSON lines. Tests kill it.
 */

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Digest } from '@softpost/shared/artifact/digest';
import { modelDigest, tokenizerDigest } from '@softpost/shared/artifact/model-digest';
import { writePromptFolder } from '@softpost/shared/artifact/prompt-folder';
import { PRIVATE_BODY } from '@softpost/shared/receipt/receipt.fixture';
import { sealReceipt } from '@softpost/shared/receipt/signed-receipt';
import { openFolderStore } from '../store/artifacts/folder-store.ts';
import { materialise, putFolder, readFolder } from '../store/artifacts/stored-folder.ts';
import { openDatabase } from '../store/database.ts';
import { getStudent } from '../store/students.ts';
import { createTenant, listTenants } from '../store/tenants.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { startQueue } from './queue.ts';
import { createRetransfer, createTransfer } from './transfer-request.ts';
import { startWorker } from './worker.ts';

export interface ProviderFixture {
  readonly dataDir: string;
  /** Of all workers. */
  readonly artifactDir: string;
  readonly workDir: string;
  readonly url?: string;
  /** Ask for a transfer of so many steps, and end with it. */
  readonly steps?: number | undefined;
  /** Another one for another transfer in the same database. */
  readonly key?: string;
  /** After the transfer, do the same for a twin of the teacher, and evaluate it with the prompt and without. */
  readonly andMore?: boolean;
  readonly shareEveryMs?: number;
  readonly heartbeatSeconds?: number;
}

/** The same for every process: an Ed25519 key (RFC 8410) of 32 zeros. */
const ownerKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32)]),
  format: 'der',
  type: 'pkcs8',
});
const teacher = join(import.meta.dirname, '../../../../models/softpost-ref-clm');
const config = JSON.parse(process.argv[2]!) as ProviderFixture;
const { key = 'transfer' } = config;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const warn = (error: unknown): void => say({ warning: String(error) });

const dir = join(config.workDir, 'inputs');
await rm(dir, { recursive: true, force: true });
await mkdir(dir, { recursive: true });
const topics = ['the old captain', 'a new film', 'our last meeting', 'the price of oil', 'my sister', 'this year'];
const lines = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `In ${1500 + index} ${topics[index % 6]} was seen, and it was ${index % 3 ? 'good' : 'bad'}.`,
  );
await writeFile(join(dir, 'corpus.txt'), lines(400).join('\n'));
const labels = [
  { name: 'bad', words: ['bad'] },
  { name: 'good', words: ['good'] },
];
const task = { name: 'mood', template: '{text} It was', labels, initText: 'good or bad', maxLength: 24 };
await writeFile(join(dir, 'task.json'), JSON.stringify(task));
const examples = lines(20).map((text, index) => JSON.stringify({ text, label: index % 3 ? 'good' : 'bad' }));
await writeFile(join(dir, 'labelled.jsonl'), examples.join('\n'));
await writeFile(join(dir, 'public.txt'), lines(40).join('\n'));

const database = await openDatabase({ dataDir: config.dataDir, url: config.url, onError: warn });
const store = await openFolderStore(config.artifactDir);
const queue = await startQueue(database, {
  superviseSeconds: 1,
  heartbeatSeconds: config.heartbeatSeconds ?? 10,
  retryDelaySeconds: 0,
  onError: warn,
});
const jobs = createJobs(database, queue);
const worker = await startWorker({
  database,
  store,
  queue,
  catalog: {
    teachers: { teacher, twin: teacher },
    datasets: {
      public: { file: join(dir, 'public.txt'), licence: 'none' },
      corpus: { file: join(dir, 'corpus.txt'), licence: 'none' },
      labelled: { file: join(dir, 'labelled.jsonl'), taskFile: join(dir, 'task.json'), licence: 'none' },
    },
  },
  prepareManifest: async () => async (version) => ({
    manifest: `version ${version}`,
    leafHash: 'ab',
    parameterCount: 1,
  }),
  workDir: config.workDir,
  threads: 1,
  shareEveryMs: config.shareEveryMs,
  onError: warn,
});
process.on('SIGTERM', () => {
  void worker
    .stop()
    .then(() => database.close())
    .then(() => process.exit());
});
say({ ready: process.pid });
if (config.steps !== undefined) await transferOnce(config.steps);

async function transferOnce(steps: number): Promise<void> {
  const { db } = database;
  const ownerPublicKey = createPublicKey(ownerKey).export({ type: 'spki', format: 'pem' }).toString();
  const tenants = await listTenants(db);
  const { id: tenantId } = tenants[0] ?? (await createTenant(db, { name: 'owner', ownerPublicKey }));
  const distillation = await ended(
    jobs,
    (
      await jobs.create(db, {
        tenantId: null,
        kind: 'distill',
        idempotencyKey: 'student',
        options: { teacherId: 'teacher', datasetId: 'corpus', studentId: 'student', steps: 2 },
      })
    ).id,
  );
  await ended(
    jobs,
    (
      await jobs.create(db, {
        tenantId: null,
        kind: 'publish',
        idempotencyKey: 'publish',
        options: { distillJobId: distillation, validDays: 1 },
      })
    ).id,
  );
  const { artifact } = await getStudent(db, 'student');
  const { promptArtifact, receipt } = await submittedPrompt(artifact);
  const job = await createTransfer(db, jobs, {
    tenantId,
    idempotencyKey: key,
    submission: {
      studentId: 'student',
      studentVersion: 1,
      promptArtifact,
      receipt,
      task,
      signedEnvelope: '{}',
      nonce: key,
    },
    options: { teacherId: 'teacher', datasetId: 'public', alpha: 0.5, steps, seed: 3 },
  });
  say({ job: job.id });
  await follow(tenantId, job.id);
  const { state, error, report } = await jobs.get(tenantId, job.id);
  const prompts = await db.selectFrom('prompts').select('id').where('jobId', '=', job.id).execute();
  if (config.andMore && prompts[0]) await doMore(tenantId, prompts[0].id);
  say({ end: state, error, report, prompts: prompts.length, prompt: await promptOf(job.id) });
  await worker.stop();
  await database.close();
  process.exit();
}

async function doMore(tenantId: string, promptId: string): Promise<void> {
  const options = { teacherId: 'twin', datasetId: 'public', alpha: 0.5, steps: config.steps, seed: 3 };
  const again = await createRetransfer(database.db, jobs, { tenantId, idempotencyKey: 'again', promptId, options });
  await ended(jobs, again.id);
  say({ again: await promptOf(again.id) });
  for (const prompt of [undefined, { tenantId, promptId }]) {
    const { id } = await jobs.create(database.db, {
      tenantId: null,
      kind: 'evaluate',
      idempotencyKey: prompt ? 'with' : 'without',
      options: { teacherId: 'teacher', datasetId: 'labelled', prompt },
    });
    await ended(jobs, id);
    say({ evaluated: (await jobs.get(null, id)).report });
  }
}

/** The digest of the prompt's values. */
async function promptOf(jobId: string): Promise<Digest | undefined> {
  const { artifact } = await jobs.get(null, jobId);
  const files = artifact ? await readFolder(store, artifact) : [];
  return files.find(({ name }) => name === 'adapter_model.safetensors')?.digest;
}

/** As a client does: goes on from the last event that it saw when the database was away. */
async function follow(tenantId: string, id: string): Promise<void> {
  for (let last = 0; ;) {
    try {
      for await (const { number, state, message, phase, step } of jobs.watch(tenantId, id, last)) {
        say({ number, state, message, phase, step });
        last = number;
      }
      return;
    } catch (error) {
      warn(error);
      await setTimeout(500);
    }
  }
}

async function ended(all: Jobs, id: string): Promise<string> {
  for await (const { state, message } of all.watch(null, id, 0)) if (state === 'failed') throw new Error(message);
  return id;
}

/** What an owner sends: the same bytes every time. */
async function submittedPrompt(
  student: Digest,
): Promise<{ readonly promptArtifact: Digest; readonly receipt: string }> {
  const studentDir = join(dir, 'student');
  await materialise(store, student, studentDir);
  const studentDigest = await modelDigest(studentDir);
  const embeddings = Float32Array.from({ length: 4 * 256 }, (_, index) => 0.1 * Math.sin(index));
  const promptDir = join(dir, 'prompt');
  let receipt = '';
  const card = {
    version: 1,
    task: 'mood',
    step: 'tune',
    belongsTo: 'student',
    model: { name: 'student', objective: 'causal' },
    digests: { student: studentDigest, tokenizer: await tokenizerDigest(studentDir) },
    privacy: { dp: false },
    details: {},
  } as const;
  await writePromptFolder(promptDir, { embeddings, virtualTokens: 4, hiddenSize: 256 }, card, (promptDigest) => {
    receipt = sealReceipt({ ...PRIVATE_BODY, studentDigest, promptDigest }, ownerKey);
    return receipt;
  });
  await rm(join(promptDir, 'softpost.json'));
  return { promptArtifact: await putFolder(store, promptDir), receipt };
}

/** @file The owner of the demo: a folder with the private mail, keys of its own, and the commands that an owner types. */

import { join } from 'node:path';
import type { EgressEntry } from '@softpost/owner-client/egress-record/egress-record';
import type { FetchedStudent } from '@softpost/owner-client/fetch-student/fetch-student';
import type { TuneReport } from '@softpost/owner-client/tune/tune';
import type { TransferReport } from '@softpost/provider-server/transfer/transfer';
import { runCommand, type Flags, type Party } from './command.ts';
import { TRAIN_FILE } from './mail.ts';
import type { StepContext, TunedPrompt } from './private-transfer.ts';
import { SETTINGS, TRANSFER, type DemoTuning } from './settings.ts';

export interface OwnerParty {
  /** @returns the student's folder */
  readonly fetchStudent: (context: StepContext) => Promise<string>;
  /** STEP 2, on this site alone. */
  readonly tune: (prompt: PromptToTune, context: StepContext) => Promise<TunedPrompt>;
  /** STEP 3 as the owner sees it: submits the prompt, follows the job, and gets the teacher's prompt. */
  readonly transfer: (prompt: PromptToTransfer, context: StepContext) => Promise<Transferred>;
  /** Everything that left this site. */
  readonly departures: (context: StepContext) => Promise<Departures>;
}

interface PromptToTune {
  /** Of its folder. */
  readonly name: string;
  readonly studentDir: string;
  readonly tuning: DemoTuning & { readonly seed: number };
}

interface PromptToTransfer {
  /** Of the folder of the teacher's prompt. */
  readonly name: string;
  readonly promptDir: string;
  readonly seed: number;
  /** False: the prompt was tuned without privacy, and is given away all the same. */
  readonly dp: boolean;
}

export interface Transferred {
  readonly promptDir: string;
  /** The provider's, of the job. */
  readonly report: Pick<TransferReport, 'heldOutCurve'>;
}

export interface Departures {
  readonly head: string;
  readonly entries: readonly EgressEntry[];
}

/** In its folder: the prompts, those that it tuned and those that it got back. */
export const PROMPT_FOLDER = 'prompts';

/** A new owner. @param admit takes its public key to the provider, and gives the folder that comes back */
export async function createOwner(
  dir: string,
  taskFile: string,
  {
    address,
    admit,
  }: { readonly address: string; readonly admit: (publicKey: string, folder: string) => Promise<void> },
  context: StepContext,
): Promise<OwnerParty> {
  const at = (...names: readonly string[]): string => join(dir, ...names);
  const party: Party = {
    program: 'owner',
    environment: {
      SOFTPOST_CONFIG: at('owner.yaml'),
      SOFTPOST_OWNER_KEY: at('owner-key.pem'),
      SOFTPOST_LEDGER: at('ledger.sqlite'),
    },
  };
  const run = async <Result>(command: string, flags: Flags, inContext: StepContext): Promise<Result> =>
    runCommand<Result>(party, command, flags, inContext);

  const { publicKeyPem } = await run<{ readonly publicKeyPem: string }>('keys', {}, context);
  const given = at('from-provider');
  await admit(publicKeyPem, given);
  const site = {
    dir,
    provider: address,
    providerKey: join(given, 'provider-key.pem'),
    ca: join(given, 'ca.pem'),
    certificate: join(given, 'client.pem'),
    certificateKey: join(given, 'client-key.pem'),
    apiKeyFile: join(given, 'api-key'),
  };
  await run('init', site, context);

  return {
    fetchStudent: async (inContext) =>
      (await run<FetchedStudent>('fetch-student', { student: SETTINGS.student }, inContext)).studentDir,

    tune: async ({ name, studentDir, tuning }, inContext) => {
      const { privacy, lotSize: batch, initialisation: init, ...settings } = tuning;
      const { dp, ...guarantee } = privacy;
      const files = { student: studentDir, task: taskFile, data: at(TRAIN_FILE), out: at(PROMPT_FOLDER, name) };
      const flags = { ...files, ...settings, batch, init, virtualTokens: SETTINGS.virtualTokens, ...guarantee };
      const report = await run<TuneReport>('tune', { ...flags, ...saying(dp) }, inContext);
      return { promptDir: files.out, privacy: report.privacy, losses: report.local.losses };
    },

    transfer: async ({ name, promptDir, seed, dp }, inContext) => {
      const wish = { prompt: promptDir, task: taskFile, dataset: SETTINGS.publicSet, ...TRANSFER, seed };
      const { jobId: job } = await run<JobAnswer>('submit', { ...wish, ...saying(dp) }, inContext);
      const { promptId, report } = await run<JobAnswer>('jobs watch', { job }, inContext);
      const out = at(PROMPT_FOLDER, name);
      await run('prompts get', { prompt: promptId, out }, inContext);
      return { promptDir: out, report };
    },

    departures: async (inContext) => run<Departures>('egress', {}, inContext),
  };
}

interface JobAnswer {
  readonly jobId: string;
  /** Once it is done. */
  readonly promptId: string;
  readonly report: Transferred['report'];
}

function saying(dp: boolean): { readonly dp?: false } {
  return dp ? {} : { dp: false };
}

/** @file The program `softpost-provider`: everything that runs at the provider of the large model. */

import { createProgram, runProgram } from '@softpost/shared/commands/cli';
import { registerScoring } from '@softpost/shared/commands/scoring';
import { registerVerifyReceipt } from '@softpost/shared/commands/verify-receipt';

import manifest from '../package.json' with { type: 'json' };
import { registerDistill } from './commands/distill.ts';
import { registerDatasets, registerJobs } from './commands/operator/jobs.ts';
import { registerKeys } from './commands/operator/keys.ts';
import { registerReceipts } from './commands/operator/receipts.ts';
import { registerStudents } from './commands/operator/students.ts';
import { registerTenants } from './commands/operator/tenants.ts';
import { registerServe } from './commands/serve.ts';
import { registerTls } from './commands/tls.ts';
import { registerTransfer } from './commands/transfer.ts';
import { registerWorker } from './commands/worker.ts';

const program = createProgram(
  'softpost-provider',
  manifest.version,
  'Distil students from a large model, and transfer soft prompts to it with public data.',
);
registerDistill(program);
registerTransfer(program);
registerScoring(program, { compute: new URL('compute.ts', import.meta.url) });
registerVerifyReceipt(program);
registerServe(program);
registerWorker(program);
registerTls(program);
registerTenants(program);
registerKeys(program);
registerStudents(program);
registerDatasets(program);
registerJobs(program);
registerReceipts(program);
await runProgram(program);

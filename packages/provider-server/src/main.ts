/** @file The program `softpost-provider`: everything that runs at the provider of the large model. */

import { createProgram, runProgram } from '@softpost/shared/commands/cli';
import { registerScoring } from '@softpost/shared/commands/scoring';
import { registerVerifyReceipt } from '@softpost/shared/commands/verify-receipt';

import manifest from '../package.json' with { type: 'json' };
import { registerDistill } from './commands/distill.ts';
import { registerTls } from './commands/tls.ts';
import { registerTransfer } from './commands/transfer.ts';

const program = createProgram(
  'softpost-provider',
  manifest.version,
  'Distil students from a large model, and transfer soft prompts to it with public data.',
);
registerDistill(program);
registerTransfer(program);
registerScoring(program, { compute: new URL('compute.ts', import.meta.url) });
registerVerifyReceipt(program);
registerTls(program);
await runProgram(program);

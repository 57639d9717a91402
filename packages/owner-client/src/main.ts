/** @file The program `softpost-owner`: everything that runs on the data owner's site. */

import { createProgram, runProgram } from '@softpost/shared/commands/cli';

import manifest from '../package.json' with { type: 'json' };
import { registerPrivacy } from './commands/privacy.ts';

const program = createProgram(
  'softpost-owner',
  manifest.version,
  'Tune soft prompts on private data, locally and with differential privacy.',
);
registerPrivacy(program);
await runProgram(program);

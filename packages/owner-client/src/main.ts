/** @file The program `softpost-owner`: everything that runs on the data owner's site. */

import { runProgram } from '@softpost/shared/commands/cli';
import { ownerProgram } from './program.ts';

await runProgram(ownerProgram());

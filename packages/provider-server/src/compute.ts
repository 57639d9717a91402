/** @file The provider's compute process: the long tasks, by the names that commands call them. */

import { serveCompute } from '@softpost/shared/engine/compute-task';
import { evaluate } from '@softpost/shared/scoring/evaluate';
import { logits } from '@softpost/shared/scoring/logits';
import { distill } from './distill/distill.ts';
import { transfer } from './transfer/transfer.ts';

const tasks = { distill, transfer, evaluate, logits };

export type ProviderTasks = typeof tasks;

serveCompute(tasks);

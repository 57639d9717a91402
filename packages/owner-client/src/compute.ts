/** @file The owner's compute process: the long tasks, by the names that commands call them. */

import { serveCompute } from '@softpost/shared/engine/compute-task';
import { evaluate } from '@softpost/shared/scoring/evaluate';
import { logits } from '@softpost/shared/scoring/logits';
import { measureSpeed } from './tune/measure-speed.ts';
import { tune } from './tune/tune.ts';

serveCompute({ measureSpeed, tune, evaluate, logits });

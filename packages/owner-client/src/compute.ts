/** @file The owner's compute process: the long tasks, by the names that commands call them. */

import { auditLira } from './audit/lira.ts';
import { auditDirac } from './audit/one-run.ts';
import { auditText } from './audit/text-canaries.ts';
import { measureSpeed } from './tune/measure-speed.ts';
import { tune } from './tune/tune.ts';
import { serveCompute } from '@softpost/shared/engine/compute-task';
import { evaluate } from '@softpost/shared/scoring/evaluate';
import { logits } from '@softpost/shared/scoring/logits';

serveCompute({ measureSpeed, tune, evaluate, logits, auditDirac, auditText, auditLira });

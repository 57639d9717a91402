/** @file The owner's compute process: the long tasks, by the names that commands call them. */

import { serveCompute } from '@softpost/shared/engine/compute-task';
import { evaluate } from '@softpost/shared/scoring/evaluate';
import { logits } from '@softpost/shared/scoring/logits';
import { auditLira } from './audit/lira.ts';
import { auditDirac } from './audit/one-run.ts';
import { auditText } from './audit/text-canaries.ts';
import { tune } from './tune/tune.ts';

serveCompute({ tune, evaluate, logits, auditDirac, auditText, auditLira });

/** @file Entry module of a serving process. */

import { serveCompute } from '@softpost/shared/engine/compute-task';
import { servingTasks } from './serving-tasks.ts';

serveCompute(servingTasks);

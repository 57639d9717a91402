/** @file The process that decides on submissions: computing epsilon again may take seconds, and the server has others to answer. */

import { serveCompute } from '@softpost/shared/engine/compute-task';
import { decide } from './decide.ts';

serveCompute({ decide });

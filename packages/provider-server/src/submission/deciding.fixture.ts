/** @file For tests: a process that takes as long for a decision as its submission says, or ends in the middle of it. */

import { serveCompute } from '@softpost/shared/engine/compute-task';

/** As a decision does it: without yielding. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

serveCompute({
  decide: async ({ received }: { readonly received: { readonly studentId: string } }) => {
    if (received.studentId === 'dies') process.exit(1);
    block(Number(received.studentId));
    return { pid: process.pid };
  },
});

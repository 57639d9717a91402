/** @file Unit tests lie beside their file, cross-package tests in test/. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages/*/src,demo,test}/**/*.test.ts'],
    // Forked processes: onnxruntime aborts the process when a worker thread ends during a run.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

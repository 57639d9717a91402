#!/usr/bin/env node
/** @file Starts softpost-provider. A Node too old to run TypeScript hands over to the bootstrapped one. */

import { fileURLToPath } from 'node:url';

if (process.features.typescript) {
  const { keepCompiledCode } = await import('@softpost/shared/compile-cache');
  keepCompiledCode();
  await import('../src/main.ts');
} else {
  const { runNode } = await import('../../../scripts/toolchain.mjs');
  runNode([fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readModules } from './import-graph.ts';
import { ruleViolations, sharedByOneOnly } from './party-rules.ts';

const root = join(import.meta.dirname, '..');

function committed(...patterns: readonly string[]): readonly string[] {
  return execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

const product = committed('packages/*/src/**.ts').filter((file) => !/\.(test|fixture)\.ts$/.test(file));
const modules = readModules(new Map(product.map((file) => [file, read(file)])));

/** Rules broken when `planted` text stands at the end of its files. */
function violationsWith(...planted: readonly (readonly [file: string, text: string])[]): readonly string[] {
  const changed = planted.map(([file, text]) => [file, `${modules.has(file) ? read(file) : ''}\n${text}`] as const);
  return ruleViolations(new Map([...modules, ...readModules(new Map(changed))]));
}

test('the packages keep the party rules', () => {
  expect(modules.size).toBeGreaterThan(10);
  expect(ruleViolations(modules)).toEqual([]);
});

// Every rule must be able to fail: each line is planted into a file of the real tree.
test.each([
  ['shared/src/text/x.ts', "import { a } from '@softpost/owner-client/tune/tune';", 'shared imports no party'],
  ['shared/src/x.ts', "import '../../provider-server/src/main.ts';", 'shared imports no party'],
  ['owner-client/src/x.ts', "export { a } from '@softpost/provider-server/transfer/verdict';", 'the owner never imports'],
  ['provider-server/src/x.ts', "type A = import('@softpost/owner-client/main').A;", 'the provider never imports'],
  ['shared/src/engine/x.ts', "import type { Tensor } from 'onnxruntime-node';", 'only engine/runtime.ts imports'],
  ['provider-server/src/x.ts', "const ort = await import('onnxruntime-node');", 'only engine/runtime.ts imports'],
  ['shared/src/engine/runtime.ts', "import '../model/gpt2.ts';", 'the engine knows nothing above it'],
  ['shared/src/engine/x.ts', "fork(new URL('../text/x.ts', import.meta.url));", 'the engine knows nothing above it'],
  ['provider-server/src/x.ts', "await import('node:' + name);", 'what is imported is written out'],
  ['owner-client/src/x.ts', 'const require = createRequire(import.meta.url);', 'what is imported is written out'],
  ['owner-client/src/tune/x.ts', 'const noise = Math.random();', 'the owner never uses Math.random'],
  ['owner-client/src/egress.ts', "const noise = Math['random']();", 'the owner never uses Math.random'],
  ['owner-client/src/x.ts', "import { request } from 'https';", 'only egress.ts imports a network client'],
  ['owner-client/src/x.ts', "import { lookup } from 'node:dns/promises';", 'only egress.ts imports a network client'],
  ['owner-client/src/x.ts', "import * as grpc from '@grpc/grpc-js';", 'only egress.ts imports a network client'],
  ['owner-client/src/x.ts', "process.getBuiltinModule('node:net');", 'only egress.ts imports a network client'],
  ['owner-client/src/x.ts', "import { execFile } from 'node:child_process';", 'the owner starts no process'],
  ['owner-client/src/x.ts', "await fetch('https://example.org');", 'only egress.ts uses the network: fetch'],
  ['owner-client/src/x.ts', "new globalThis.WebSocket('wss://example.org');", 'only egress.ts uses the network'],
])('in %s `%s` is refused', (file, line, rule) => {
  expect(violationsWith([`packages/${file}`, line])).toEqual([expect.stringContaining(`packages/${file}: ${rule}`)]);
});

test('a network client behind another file is found, unless egress.ts stands between', () => {
  const wire = ['packages/shared/src/rpc/wire.ts', "import 'node:tls';"] as const;
  const user = 'packages/owner-client/src/use/x.ts';
  expect(violationsWith(wire, [user, "import '@softpost/shared/rpc/wire';"])).toEqual([
    `${user}: no chain of imports leads around egress.ts: packages/shared/src/rpc/wire.ts > node:tls`,
  ]);
  const egress = ['packages/owner-client/src/egress.ts', "import '@softpost/shared/rpc/wire';"] as const;
  expect(violationsWith(wire, egress, [user, "import '../egress.ts';"])).toEqual([]);
  expect(violationsWith(wire, [user, "import type { Message } from '@softpost/shared/rpc/wire';"])).toEqual([]);
});

const steps = ['packages/owner-client/src/tune/', 'packages/provider-server/src/transfer/'];
const hasAllSteps = steps.every((step) => product.some((file) => file.startsWith(step)));

test.skipIf(!hasAllSteps)('shared holds only what both parties import', () => {
  expect(sharedByOneOnly(modules)).toEqual([]);
});

test('a part of shared that one party needs is found', () => {
  const tree = readModules(
    new Map([
      ['packages/shared/src/both/a.ts', ''],
      ['packages/shared/src/one.ts', ''],
      ['packages/owner-client/src/x.ts', "import '@softpost/shared/both/a'; import '@softpost/shared/one';"],
      ['packages/provider-server/src/x.ts', "import './y.ts';"],
      ['packages/provider-server/src/y.ts', "import type { A } from '../../shared/src/both/a.ts';"],
    ]),
  );
  expect(sharedByOneOnly(tree)).toEqual(['one.ts']);
});

test.each([
  '// await fetch(url)',
  'remote.fetch();',
  "const text = 'Math.random()';",
  "import { fetchStudent } from './y.ts';",
])('harmless `%s` passes', (line) => {
  expect(violationsWith(['packages/owner-client/src/x.ts', line])).toEqual([]);
});

test('no committed file names a path of the machine it was written on', () => {
  const path = /(?<![\w.:/-])\/(?:work|home|root|Users)\/[\w.-]+/;
  const named = (text: string): string | undefined => path.exec(text)?.[0];
  expect(named(['see ', 'home', 'ada/x'].join('/'))).toBe(['', 'home', 'ada'].join('/'));
  const texts = committed().map((file) => ({ file, text: read(file) }));
  const found = texts.filter(({ text }) => !text.includes('\0')).map(({ file, text }) => ({ file, path: named(text) }));
  expect(found.filter((entry) => entry.path !== undefined)).toEqual([]);
});

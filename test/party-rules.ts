/**
 * @file The rules that hold the privacy argument together, over the import graph: who may import whom, and that egress.ts is
 * the only door of the owner to the network. The linter knows most of them too; this one also follows chains of imports.
 */

import { COMPUTED, reach, type Module, type Modules } from './import-graph.ts';

const SHARED = 'packages/shared/src/';
const OWNER = 'packages/owner-client/src/';
const PROVIDER = 'packages/provider-server/src/';
const ENGINE = `${SHARED}engine/`;
const RUNTIME = `${ENGINE}runtime.ts`;
const EGRESS = `${OWNER}egress.ts`;

/** Everything in Node or the catalog that can open a connection. */
const NETWORK = /^(node:)?(dgram|dns|http|http2|https|inspector|net|tls)(\/.*)?$|^(undici|ws)(\/.*)?$|^@grpc\//;
const NETWORK_NAMES = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

/** A child process may do what the file that starts it may not. */
const PROCESS = /^(node:)?(child_process|cluster)$/;

/** One line for each place that breaks a rule: the file, the rule, what it found. */
export function ruleViolations(modules: Modules): readonly string[] {
  return [...modules.values()].flatMap((module) => [
    ...ofParties(module),
    ...ofLayers(module),
    ...ofEgress(module, modules),
  ]);
}

/** Folders and files of shared that not both parties import, directly or through other files. */
export function sharedByOneOnly(modules: Modules): readonly string[] {
  const partOf = (file: string): string => file.slice(SHARED.length).split('/')[0]!;
  const files = [...modules.keys()];
  const [ofOwner, ofProvider] = [OWNER, PROVIDER].map((folder) => {
    const reached = reach(modules, files.filter(isOf(folder)), () => true);
    return new Set([...reached.keys()].filter(isOf(SHARED)).map(partOf));
  }) as [Set<string>, Set<string>];
  const parts = new Set(files.filter(isOf(SHARED)).map(partOf));
  return [...parts].filter((part) => !ofOwner.has(part) || !ofProvider.has(part));
}

function ofParties(module: Module): readonly string[] {
  const { file } = module;
  return [
    ...(file.startsWith(SHARED) ? importing(module, 'shared imports no party', isOf(OWNER, PROVIDER)) : []),
    ...(file.startsWith(OWNER) ? importing(module, 'the owner never imports the provider', isOf(PROVIDER)) : []),
    ...(file.startsWith(PROVIDER) ? importing(module, 'the provider never imports the owner', isOf(OWNER)) : []),
  ];
}

function ofLayers(module: Module): readonly string[] {
  const { file } = module;
  const isRuntime = (target: string): boolean => /^onnxruntime-node(\/|$)/.test(target);
  const isOutside = (target: string): boolean =>
    target.startsWith('packages/') &&
    !target.startsWith(ENGINE) &&
    !/^packages\/shared\/src\/[a-z-]+\.ts$/.test(target);
  return [
    ...(file === RUNTIME ? [] : importing(module, 'only engine/runtime.ts imports onnxruntime-node', isRuntime)),
    ...(file.startsWith(ENGINE) ? importing(module, 'the engine knows nothing above it', isOutside) : []),
    ...importing(module, 'what is imported is written out', (target) => target === COMPUTED),
  ];
}

function ofEgress(module: Module, modules: Modules): readonly string[] {
  const { file } = module;
  if (!file.startsWith(OWNER)) return [];
  const random = using(module, 'the owner never uses Math.random', ['Math.random']);
  if (file === EGRESS) return random;
  const loaded = reach(modules, [file], (from, { isType }) => from !== EGRESS && !isType);
  const chains = [...loaded.values()].filter((chain) => NETWORK.test(chain.at(-1)!) && chain.length > 2);
  return [
    ...random,
    ...importing(module, 'only egress.ts imports a network client', (target) => NETWORK.test(target)),
    ...importing(module, 'the owner starts no process of its own', (target) => PROCESS.test(target)),
    ...using(module, 'only egress.ts uses the network', withGlobalThis(NETWORK_NAMES)),
    ...chains.map((chain) => `${file}: no chain of imports leads around egress.ts: ${chain.slice(1).join(' > ')}`),
  ];
}

function importing(
  { file, imports }: Module,
  rule: string,
  isForbidden: (target: string) => boolean,
): readonly string[] {
  return imports.filter(({ target }) => isForbidden(target)).map(({ target }) => `${file}: ${rule}: ${target}`);
}

function using({ file, names }: Module, rule: string, forbidden: readonly string[]): readonly string[] {
  return forbidden.filter((name) => names.has(name)).map((name) => `${file}: ${rule}: ${name}`);
}

function isOf(...folders: readonly string[]): (target: string) => boolean {
  return (target) => folders.some((folder) => target.startsWith(folder));
}

function withGlobalThis(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [name, `globalThis.${name}`]);
}

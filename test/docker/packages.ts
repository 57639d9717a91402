/** @file Debian packages that the tests need, where they are not here and root may install them. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMITS = { timeout: 240_000, maxBuffer: 16 << 20 };

/** @param needed program -> package @throws when a program is not here and cannot be had */
export async function installPackages(needed: Readonly<Record<string, string>>): Promise<void> {
  const missing = Object.entries(needed).filter(([program]) => !isInstalled(program));
  if (missing.length === 0) return;
  const names = missing.map(([program]) => program).join(', ');
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) {
    throw new Error(`${names} missing, and installing needs root on Debian`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { ...LIMITS, env });
  const packages = missing.map(([, name]) => name);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { ...LIMITS, env });
}

function isInstalled(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

/**
 * The second version of Compose, which Debian 12 does not have, from Debian 13; it goes into a folder of its own, and nothing of the machine changes.
 * @returns what DOCKER_CONFIG must be
 */
export async function installCompose(folder: string): Promise<string> {
  const apt = join(folder, 'apt');
  const plugins = join(folder, 'config', 'cli-plugins');
  await mkdir(join(apt, 'lists', 'partial'), { recursive: true });
  await mkdir(join(apt, 'cache', 'archives', 'partial'), { recursive: true });
  await mkdir(plugins, { recursive: true });
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const sources = join(apt, 'sources.list');
  await writeFile(sources, `deb [signed-by=${keys}] http://deb.debian.org/debian trixie main\n`);
  const settings = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(apt, 'lists')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
  ].flatMap((setting) => ['-o', setting]);
  await run('apt-get', [...settings, 'update', '-qq'], LIMITS);
  await run('apt-get', [...settings, 'download', '-qq', 'docker-compose'], { ...LIMITS, cwd: apt });
  const deb = (await readdir(apt)).find((name) => name.endsWith('.deb'))!;
  await run('dpkg', ['-x', join(apt, deb), apt], LIMITS);
  const plugin = join(plugins, 'docker-compose');
  await cp(join(apt, 'usr/libexec/docker/cli-plugins/docker-compose'), plugin);
  await chmod(plugin, 0o755);
  return join(folder, 'config');
}

/** @file Both parties as docker-compose.yml deploys them, under a name of their own, and what a test does with them. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerOptions, Engine } from './engine.ts';
import { TAG } from './images.ts';

const root = join(import.meta.dirname, '../..');

export interface Deployment {
  readonly docker: Engine['docker'];
  compose(...args: readonly string[]): Promise<string>;
  /** Id of the one container of a service. */
  container(service: string): Promise<string>;
  /** Runs a command in a new container of a service, with further flags of `docker compose run`. */
  runIn(service: string, flags: readonly string[], ...command: readonly string[]): Promise<string>;
  /** The id of the network `link`. */
  link(): Promise<string>;
  /** Waits until the container has ended. @throws when it failed, with the end of its log */
  succeeds(container: string): Promise<void>;
  /** Waits for so many lines of a container's log that match. @returns the last of them */
  logged(container: string, pattern: RegExp, count?: number): Promise<string>;
  /** The whole log, line by line. */
  log(container: string): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** Of whatever is waited for; a machine may have other things to do. */
const PATIENCE_MS = 600_000;

/** @param folder of the host, with `private` and `keys`, see overrides.yaml */
export function deployment({ docker }: Engine, folder: string): Deployment {
  const project = `softpost-test-${process.pid}`;
  const files = ['docker-compose.yml', 'test/docker/overrides.yaml'].flatMap((file) => ['--file', join(root, file)]);
  const variables = { SOFTPOST_TAG: TAG, PRIVATE_DATA: join(folder, 'private'), TEST_FOLDER: folder };
  const options: DockerOptions = { variables };
  const compose: Deployment['compose'] = (...args) => docker(['compose', '-p', project, ...files, ...args], options);

  const log: Deployment['log'] = async (container) =>
    // Both streams, in one.
    (await docker(['logs', container], { both: true })).split('\n');

  return {
    docker,
    compose,
    container: (service) => compose('ps', '--all', '--quiet', service),
    runIn: (service, flags, ...command) => compose('run', '--rm', '--no-deps', '-T', ...flags, service, ...command),
    link: () => docker(['network', 'inspect', `${project}_link`, '--format', '{{.Id}}']),
    succeeds: async (container) => {
      const code = await docker(['wait', container], { timeoutMs: PATIENCE_MS });
      if (code !== '0') throw new Error(`it ended with ${code}:\n${(await log(container)).slice(-20).join('\n')}`);
    },
    logged: async (container, pattern, count = 1) => {
      for (const end = Date.now() + PATIENCE_MS; ; await sleep(250)) {
        const lines = await log(container);
        const line = lines.filter((text) => pattern.test(text))[count - 1];
        if (line !== undefined) return line;
        if (Date.now() > end) throw new Error(`no ${String(pattern)} in the log:\n${lines.slice(-20).join('\n')}`);
      }
    },
    log,
    remove: async () => {
      await compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
    },
  };
}

/** @file What the deployment files promise, read as files: the programs accept their configurations, and the parties are apart. */

import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig as readOwnerConfig } from '@softpost/owner-client/config';
import { readConfig as readProviderConfig } from '@softpost/provider-server/config';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';

const deploy = join(import.meta.dirname, '../deploy');
const chart = join(deploy, 'helm/softpost');

const Service = z.looseObject({
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  volumes: z.array(z.string()),
  networks: z.array(z.string()).default([]),
  dns: z.array(z.string()).optional(),
  network_mode: z.string().optional(),
  ports: z.undefined().optional(),
});
const Compose = z.looseObject({
  services: z.record(z.string(), z.looseObject({ image: z.string() })),
  networks: z.looseObject({
    link: z.strictObject({
      internal: z.literal(true),
      driver_opts: z.strictObject({ 'com.docker.network.bridge.inhibit_ipv4': z.literal('true') }),
    }),
  }),
});

const compose = Compose.parse(parse(readFileSync(join(deploy, '../docker-compose.yml'), 'utf8'), { merge: true }));
const services = Object.fromEntries(
  Object.entries(compose.services)
    .filter(([, { image }]) => image.startsWith('softpost-'))
    .map(([name, service]) => [name, Service.parse(service)]),
);

// Kills: the private folder in another service, or writable; the owner in a second network, or with a published port.
test('with Compose, private data is read-only in the owner alone, who is in one network', () => {
  const withPrivate = Object.entries(services).filter(([, { volumes }]) =>
    volumes.some((volume) => volume.includes('/private')),
  );
  expect(withPrivate.map(([name]) => name)).toEqual(['owner']);
  expect(services['owner']!.volumes).toContainEqual(expect.stringMatching(/:\/private:ro$/));
  // Some engines answer for names of the internet from the host, whatever the network.
  expect(services['owner']).toMatchObject({ networks: ['link'], dns: ['127.0.0.1'] });
  const ofOwner = Object.entries(services).filter(([, { volumes }]) =>
    volumes.some((volume) => volume.startsWith('owner:')),
  );
  expect(ofOwner.map(([name]) => name)).toEqual(['owner-key', 'owner']);
  expect(services['owner-key']).toMatchObject({ networks: [], network_mode: 'none' });
});

test('with Compose, both programs accept their configurations', async () => {
  const file = (name: string): string => join(deploy, 'compose', name);
  const provider = await readProviderConfig(file('provider.yaml'));
  expect(provider).toMatchObject({ grpc: { host: '0.0.0.0' }, http: { host: '127.0.0.1' }, work: { concurrency: 1 } });
  expect(await readProviderConfig(file('provider-scale.yaml'))).toEqual({
    ...provider,
    work: { ...provider.work, concurrency: 0 },
  });
  const { teachers, datasets, artifacts } = await readProviderConfig(file('worker.yaml'));
  expect({ teachers, datasets, artifacts }).toEqual({
    teachers: provider.teachers,
    datasets: provider.datasets,
    artifacts: provider.artifacts,
  });
  const owner = await readOwnerConfig(file('owner.yaml'), {});
  expect(owner.run).toMatchObject({ data: '/private/mail.jsonl', tune: { dp: true } });
});

interface Values {
  readonly config: object;
  readonly workerConfig: object;
}

const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Values;

test('with the chart, the provider accepts the configurations of server and workers', async () => {
  const file = join(await temporaryFolder(), 'provider.yaml');
  await writeFile(file, stringify(values.config));
  const server = await readProviderConfig(file);
  expect(server).toMatchObject({
    signingKey: '/keys/provider-key.pem',
    artifacts: { kind: 's3' },
    work: { concurrency: 0 },
  });
  await writeFile(file, stringify({ ...values.config, work: values.workerConfig }));
  expect((await readProviderConfig(file)).work.concurrency).toBeGreaterThan(0);
});

// Kills: a value that is misspelt in a template, which renders as nothing, and one that no template reads.
test('with the chart, templates and values name each other', () => {
  const dir = join(chart, 'templates');
  const text = readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('\n');
  const named = new Set(Array.from(text.matchAll(/\.Values\.([A-Za-z0-9.]+)/g), ([, path]) => path!));
  const valueAt = (path: string): unknown =>
    path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
  expect([...named].filter((path) => valueAt(path) === undefined)).toEqual([]);
  const isRead = (path: string): boolean => [...named].some((name) => path === name || path.startsWith(`${name}.`));
  expect(leavesOf(values).filter((path) => !isRead(path))).toEqual([]);
});

function leavesOf(value: object, above = ''): readonly string[] {
  return Object.entries(value).flatMap(([key, below]: [string, unknown]) => {
    const path = `${above}${key}`;
    return typeof below === 'object' && below !== null ? leavesOf(below, `${path}.`) : [path];
  });
}

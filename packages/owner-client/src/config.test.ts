import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { readConfig, type OwnerConfig } from './config.ts';
import { tuneOptionsOf } from './run/tune-options-of.ts';

const PROVIDER = 'provider: {address: "llm.example:7443", publicKey: provider.pem}\n';

async function configOf(
  text: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<OwnerConfig & { readonly dir: string }> {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'owner.yaml'), text);
  return { ...(await readConfig(join(dir, 'owner.yaml'), environment)), dir };
}

test('paths are relative to the file, and what is not said is in the user’s folders', async () => {
  const config = await configOf(`${PROVIDER}key: keys/owner.pem\n`, { XDG_STATE_HOME: '/state' });
  const { dir, provider, keyFile, ledgerFile, stateDir, run } = config;
  expect({ provider, keyFile, ledgerFile, stateDir, run }).toEqual({
    provider: { address: 'llm.example:7443', publicKey: join(dir, 'provider.pem') },
    keyFile: join(dir, 'keys/owner.pem'),
    ledgerFile: '/state/softpost/ledger.sqlite',
    stateDir: '/state/softpost',
    run: undefined,
  });
});

test('a variable wins over the file, with a path relative to where the program was started', async () => {
  const environment = {
    SOFTPOST_PROVIDER_ADDRESS: 'other.example:1',
    SOFTPOST_PROVIDER_CA: 'ca.pem',
    SOFTPOST_STATE: 's',
  };
  const { provider, stateDir } = await configOf(`${PROVIDER}state: mine\n`, environment);
  expect(provider).toMatchObject({ address: 'other.example:1', ca: resolve('ca.pem') });
  expect(stateDir).toBe(resolve('s'));
});

test('a run has its defaults, and paths as the rest', async () => {
  const { run, dir } = await configOf(`${PROVIDER}run: {student: films, task: t.yaml, data: d.jsonl, out: out}\n`);
  expect(run).toEqual({
    student: 'films',
    task: join(dir, 't.yaml'),
    data: join(dir, 'd.jsonl'),
    out: join(dir, 'out'),
    tune: { dp: true },
    transfer: { compare: 'vocabulary', seed: 1 },
  });
});

test('all privacy flags of tune are keys of a run', async () => {
  const keys = 'unitColumn: user, unitExamples: 2, bands: 4, bestOf: "poisson:3", publicSize: 50';
  const config = await configOf(`${PROVIDER}run: {student: f, task: t, data: d, out: o, tune: {${keys}}}\n`);
  const { privacy } = tuneOptionsOf(config, config.run!, 'student', 'out');
  expect(privacy).toMatchObject({
    user: { column: 'user', examples: 2 },
    bands: 4,
    trials: { kind: 'poisson', mean: 3 },
    publicSize: 50,
  });
});

test('choices of a transfer win over what they are by default', async () => {
  const transfer = 'transfer: {compare: labels, alpha: 0.5, steps: 8, datasetId: mail}';
  const config = await configOf(`${PROVIDER}run: {student: f, task: t, data: d, out: o, ${transfer}}\n`);
  expect(config.run?.transfer).toEqual({ compare: 'labels', seed: 1, alpha: 0.5, steps: 8, datasetId: 'mail' });
});

const run = (change: string): string => `${PROVIDER}run: {student: films, task: t, data: d, out: o, ${change}}\n`;

test.each([
  ['an unknown key', `${PROVIDER}adress: x\n`, /owner\.yaml: Unrecognized key: "adress"/],
  ['an unknown key inside', `provider: {address: "a:1", publicKey: p, apikey: x}\n`, /provider: .*"apikey"/],
  ['no provider', 'key: k\n', /provider\.address/],
  [
    'an address without a port',
    'provider: {address: llm.example, publicKey: p}\n',
    /provider\.address: must be HOST:PORT/,
  ],
  ['a URL', 'provider: {address: "https://llm.example:1", publicKey: p}\n', /provider\.address/],
  ['half a client certificate', `provider: {address: "a:1", publicKey: p, certificate: c}\n`, /certificateKey/],
  ['a list', '- a\n', /not a mapping/],
  ['no YAML', 'a: [\n', /owner\.yaml: /],
  ['epsilon 0', run('tune: {epsilon: 0}'), /run\.tune\.epsilon/],
  ['more bands than there are', run('tune: {bands: 17}'), /run\.tune\.bands/],
  ['more virtual tokens than are accepted', run('tune: {virtualTokens: 257}'), /run\.tune\.virtualTokens/],
  ['a user without a name', run("tune: {unitColumn: ''}"), /run\.tune\.unitColumn/],
  ['more records of a user than count', run('tune: {unitColumn: u, unitExamples: 257}'), /run\.tune\.unitExamples/],
  ['an unknown law', run("tune: {bestOf: 'geometric:1'}"), /run\.tune\.bestOf: .*mean above 1/],
  ['an unknown choice', run('transfer: {compare: all}'), /run\.transfer\.compare/],
  ['a misspelt choice', run('transfer: {alfa: 1}'), /run\.transfer: .*alfa/],
])('%s is refused by name', async (_, text, message) => {
  await expect(configOf(text)).rejects.toMatchObject(refusal('BAD_CONFIG', message));
});

test('a configuration that is not there, and a folder in its place, are told apart from a bad one', async () => {
  const dir = await temporaryFolder();
  await expect(readConfig(join(dir, 'none.yaml'))).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /init makes one/));
  await mkdir(join(dir, 'folder'));
  await expect(readConfig(join(dir, 'folder'))).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /not a file/));
});

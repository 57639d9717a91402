/**
 * @file Both parties in containers, as docker-compose.yml deploys them: the whole flow, what of it can be seen on the wire, and what happens when the wire
 * or a party is gone for a while. Minutes long and in need of an engine, so only where CI or SOFTPOST_DOCKER is set; with the second, an engine that cannot
 * be had is a failure.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer } from '@softpost/shared/text/tokenizer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployment, type Deployment } from './deployment.ts';
import { findEngine } from './engine.ts';
import { buildImages } from './images.ts';
import { findCanaries, FORM_NAMES, FORMS, type Canary } from './wire/canaries.ts';
import { startCapture } from './wire/capture.ts';
import { otherProtocols, readWire, type Wire } from './wire/read-capture.ts';

const root = join(import.meta.dirname, '../..');
const isWanted = Boolean(process.env['SOFTPOST_DOCKER'] || process.env['CI']);
const found = isWanted ? await findEngine() : undefined;
const engine = typeof found === 'string' ? undefined : found;
if (typeof found === 'string') {
  process.stderr.write(`\n*** THE DOCKER TESTS ARE SKIPPED: ${found} ***\n\n`);
  if (process.env['SOFTPOST_DOCKER']) throw new Error(found);
}

const PORT = 50_051;
/** As many as there are forms to leak in, and places beside the message to leak at. */
const OTHER_PLACES = ['header', 'gzip', 'split'] as const;
const CANARIES = FORM_NAMES.length + OTHER_PLACES.length;
const LEAK = '/app/packages/owner-client/leak.mjs';

const SECOND_RUN = `
provider: { address: 'provider:50051', publicKey: /exchange/provider-public.pem, ca: /exchange/ca.pem, apiKey: /exchange/api-key }
key: /data/owner-key.pem
ledger: /data/second/ledger.sqlite
state: /data/second/state
run:
  student: small
  task: /etc/softpost/task.yaml
  data: /private/mail.jsonl
  out: /data/second/mail
  tune: { epsilon: 8, delta: 1.0e-5, publicSize: 64, steps: 60, batch: 8, virtualTokens: 8 }
  transfer: { datasetId: mail, compare: labels, alpha: 0.4, steps: 30 }
`;

describe.skipIf(!engine)('two containers', { timeout: 1_200_000 }, () => {
  let folder: string;
  let parties: Deployment;
  let canaries: readonly Canary[];

  beforeAll(async () => {
    await buildImages(engine!);
    folder = await mkdtemp(join(tmpdir(), 'softpost-two-'));
    await chmod(folder, 0o755);
    parties = deployment(engine!, folder);
    canaries = await plantCanaries(join(folder, 'private'));
    await mkdir(join(folder, 'keys'));
    // For the user of the container.
    await chmod(join(folder, 'keys'), 0o777);
    await writeFile(join(folder, 'second.yaml'), SECOND_RUN);
    await parties.compose('up', '--detach', '--no-build', 'provider', 'operator');
    await parties.succeeds(await parties.container('operator'));
  }, 1_800_000);

  afterAll(async () => {
    await parties?.remove();
    await rm(folder, { recursive: true, force: true });
    await engine?.stop();
  }, 120_000);

  /** Flags of `docker compose run` that put a script of this folder where the owner's packages are. */
  const script = (name: string, at: string): readonly string[] => [
    '--volume',
    `${join(import.meta.dirname, name)}:${at}:ro`,
  ];

  // Kills: a link that is not internal, a bridge with an address of the host, HTTP on all addresses of the provider.
  test("the owner reaches the provider's gRPC port and nothing else", async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    const hosts = Object.values(networkInterfaces()).flatMap((addresses) =>
      addresses!.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
    );
    const gateway = await parties.docker([
      'network',
      'inspect',
      await parties.link(),
      '--format',
      '{{(index .IPAM.Config 0).Gateway}}',
    ]);
    const here = [...hosts, gateway].map((host) => ({ host, port }));
    const inspected = await parties.docker([
      'inspect',
      await parties.container('provider'),
      '--format',
      '{{json .NetworkSettings.Networks}}',
    ]);
    const ofProvider = Object.entries(JSON.parse(inspected) as Record<string, { readonly IPAddress: string }>);
    const [host] = ofProvider.flatMap(([network, { IPAddress }]) => (network.endsWith('_link') ? [IPAddress] : []));
    const others = ofProvider.flatMap(([, { IPAddress }]) =>
      IPAddress === host ? [] : [{ host: IPAddress, port: PORT }],
    );
    expect(others.length).toBe(1);
    const probe = async (service: string, targets: object): Promise<unknown> => {
      const command = ['node', '/probe.mjs', JSON.stringify(targets)];
      return JSON.parse(await parties.runIn(service, script('probe.mjs', '/probe.mjs'), ...command));
    };
    try {
      const names = ['registry.npmjs.org', 'example.com'];
      const targets = { hosts: [host], addresses: [...here, ...others], names };
      expect(await probe('owner', targets)).toEqual({ open: [{ host, port: PORT }], addresses: [], names: [] });
      // The same from where it may: the host does answer.
      const answering = expect.arrayContaining([here[0], others[0]]) as unknown;
      expect(await probe('operator', { ...targets, hosts: [] })).toMatchObject({ addresses: answering });
    } finally {
      server.close();
    }
  });

  test('the private files are in the owner alone, and read-only there', async () => {
    const mounts = async (service: string): Promise<string> =>
      parties.docker(['inspect', await parties.container(service), '--format', '{{json .Mounts}}']);
    await parties.compose('create', '--no-build', 'owner');
    const ofOwner = JSON.parse(await mounts('owner')) as readonly {
      readonly Destination: string;
      readonly RW: boolean;
    }[];
    expect(
      ofOwner
        .filter(({ RW }) => RW)
        .map(({ Destination }) => Destination)
        .sort(),
    ).toEqual(['/data', '/keys']);
    expect(ofOwner.find(({ Destination }) => Destination === '/private')).toMatchObject({ RW: false });
    for (const service of ['provider', 'operator']) {
      expect(await mounts(service)).not.toMatch(/"\/private"|_owner"/);
    }
    const isUnprivileged = ['sh', '-c', 'id -u && touch /app/x 2>&1 || echo read-only'];
    expect(await parties.runIn('owner', [], ...isUnprivileged)).toMatch(/^1000\n.*Read-only.*\nread-only$/);
  });

  describe('on the wire', () => {
    /** Runs something of the owner while everything between the parties is captured. */
    const captured = async (
      name: string,
      work: () => Promise<void>,
    ): Promise<{ readonly wire: Wire; readonly places: readonly Buffer[] }> => {
      const file = join(folder, `${name}.pcap`);
      const keyLog = join(folder, 'keys', 'owner.log');
      await rm(keyLog, { force: true });
      const capture = await startCapture(`br-${(await parties.link()).slice(0, 12)}`, file);
      try {
        await work();
      } finally {
        const { captured: packets, received, dropped } = await capture.stop();
        expect({ packets, dropped }).toEqual({ packets: received, dropped: 0 });
        expect(packets).toBeGreaterThan(0);
      }
      expect(await otherProtocols(file, PORT)).toEqual(new Set());
      const wire = await readWire(file, keyLog, PORT);
      // Data, headers, reset, settings, ping, goaway, window update: no frame that is not looked into.
      expect([0, 1, 3, 4, 6, 7, 8]).toEqual(expect.arrayContaining([...wire.frameTypes]));
      const streams = wire.halves.flatMap(({ headers, messages, rest }) => [
        Buffer.from(headers),
        Buffer.concat(messages),
        rest,
      ]);
      return { wire, places: [...streams, wire.other, await readFile(file)] };
    };

    test('the whole flow passes, every message of it is in the egress record, and nothing private is in it', async () => {
      const { wire, places } = await captured('flow', async () => {
        await parties.compose('up', '--detach', '--no-build', '--no-deps', 'owner');
        await parties.succeeds(await parties.container('owner'));
      });
      const { entries } = JSON.parse(
        await parties.runIn('owner', [], 'softpost-owner', 'egress', '--json'),
      ) as EgressReport;
      expect(requestsOf(wire)).toEqual(entries.map(({ method, bytes }) => ({ method, bytes })));
      expect(entries.map(({ method }) => method.split('/')[2])).toEqual(
        expect.arrayContaining(['DownloadStudent', 'CreateTransfer', 'WatchJob', 'GetPrompt']),
      );
      // The student, too, was seen whole.
      expect(places.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeGreaterThan(2 * 14e6);
      expect(findCanaries(canaries, places)).toEqual([]);
    });

    // Kills: a search of encrypted bytes, of frames one by one, of compressed headers and messages; a form that is not searched for.
    test('what an owner would give away is found by the same search, whatever its form and place', async () => {
      const planned = [
        ...FORM_NAMES.map((form) => ({ form, place: 'message' })),
        ...OTHER_PLACES.map((place) => ({ form: 'text' as const, place })),
      ];
      const leaks = planned.map(({ form, place }, i) => ({
        place,
        content: FORMS[form].written(canaries[i]!).toString('base64'),
      }));
      await writeFile(join(folder, 'leaks.json'), JSON.stringify(leaks));
      const { places } = await captured('leaks', async () => {
        const flags = [...script('leak.mjs', LEAK), '--volume', `${join(folder, 'leaks.json')}:/leaks.json:ro`];
        await parties.runIn('owner', flags, 'node', LEAK, '/leaks.json');
      });
      const findings = findCanaries(canaries, places);
      expect(findings).toEqual(expect.arrayContaining(planned.map(({ form }, canary) => ({ canary, form }))));
    });
  });

  // Kills: a download that begins again, a watch that ends with its connection, a job that is lost with its server or goes on differently, a run that becomes two.
  test('the network and both parties may be gone for a while', async () => {
    const provider = await parties.container('provider');
    const link = await parties.link();
    const run = [
      'run',
      '--detach',
      '--no-deps',
      'owner',
      'softpost-owner',
      'run',
      '--json',
      '--config',
      '/etc/softpost/second.yaml',
    ];
    const cut = async (owner: string): Promise<void> => {
      const outages = (await parties.log(owner)).filter((line) => line.includes('trying again')).length;
      await parties.docker(['network', 'disconnect', link, owner]);
      await parties.logged(owner, /trying again/, outages + 1);
      await parties.docker(['network', 'connect', link, owner]);
    };

    // So slow that there is something to interrupt.
    await parties.docker(['update', '--cpus', '0.05', provider]);
    const owner = (await parties.compose(...run)).split('\n').at(-1)!;
    await parties.logged(owner, /"phase":"fetch/);
    await parties.docker(['update', '--cpus', String(availableParallelism()), provider]);
    await cut(owner);

    await parties.logged(owner, /"phase":"tune"/, 2);
    await parties.docker(['kill', owner]);
    await parties.docker(['start', owner]);

    await parties.logged(owner, /"phase":"transfer"/, 2);
    await parties.docker(['kill', provider]);
    await parties.docker(['start', provider]);
    await parties.logged(owner, /taken up again/);
    await cut(owner);
    await parties.succeeds(owner);

    const lines = (await parties.log(owner))
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);
    const fetched = lines.filter(({ phase }) => phase === 'fetch (MiB)').map(({ step }) => step!);
    expect(fetched).toEqual(fetched.toSorted((a, b) => a - b));
    const second = async <T>(...command: readonly string[]): Promise<T> =>
      JSON.parse(await parties.runIn('owner', [], 'softpost-owner', ...command, '--json')) as T;
    const site = ['--config', '/etc/softpost/second.yaml'];
    const { dataSets } = await second<BudgetReport>('budget', '--ledger', '/data/second/ledger.sqlite');
    // One run; steps that were drawn after its last checkpoint are drawn again, and charged.
    expect(dataSets.flatMap(({ runs }) => runs)).toMatchObject([{ state: 'closed', steps: 60, reserved: 0 }]);

    // The same transfer once more, with nothing in its way: the same prompt, bit for bit.
    const submitted = ['--prompt', '/data/second/mail/student-prompt', '--task', '/etc/softpost/task.yaml', '--again'];
    const choices = ['--dataset', 'mail', '--compare', 'labels', '--alpha', '0.4', '--steps', '30'];
    const { jobId } = await second<Line>('submit', ...site, ...submitted, ...choices);
    const again = await second<Line>('jobs', 'watch', ...site, '--job', jobId!);
    await second('prompts', 'get', ...site, '--prompt', again.promptId!, '--out', '/data/second/again');
    const digests = await parties.runIn(
      'owner',
      [],
      'sh',
      '-c',
      'sha256sum /data/second/mail/prompt/*.safetensors /data/second/again/*.safetensors',
    );
    expect(new Set(digests.split('\n').map((line) => line.split(' ')[0])).size).toBe(1);
    expect(digests.split('\n').length).toBe(2);
  });
});

interface Line {
  readonly phase?: string;
  readonly step?: number;
  readonly promptId?: string;
  readonly jobId?: string;
}

interface BudgetReport {
  readonly dataSets: readonly { readonly runs: readonly unknown[] }[];
}

interface EgressReport {
  readonly entries: readonly { readonly method: string; readonly bytes: number }[];
}

/** What the owner asked for, in order, and how large the messages were. */
function requestsOf({ halves }: Wire): readonly { readonly method: string | undefined; readonly bytes: number }[] {
  return halves
    .map(({ headers, messages }) => ({
      method: /^:path: (.*)$/m.exec(headers)?.[1],
      bytes: Buffer.concat(messages).byteLength,
    }))
    .filter(({ method }) => method !== undefined);
}

/** The sample's private mail with a canary as every fourth text. */
async function plantCanaries(dir: string): Promise<readonly Canary[]> {
  await cp(join(root, 'deploy/sample/private'), dir, { recursive: true });
  const tokenizer = await loadTokenizer(join(root, 'models/softpost-ref-clm'));
  const canaries = Array.from({ length: CANARIES }, (_, i) => {
    const text = `canary ${i} sings ${randomBytes(12).toString('hex')} to nobody but its owner`;
    return { text, tokens: tokenizer.encode(text, { specialTokens: false }) };
  });
  const file = join(dir, 'mail.jsonl');
  const rows = canaries.map(({ text }, i) => JSON.stringify({ text, label: i % 2 === 0 ? 'ham' : 'spam' }));
  await writeFile(file, `${await readFile(file, 'utf8')}${rows.join('\n')}\n`);
  await chmod(file, 0o644);
  return canaries;
}

/**
 * @file Serving a teacher to many clients at a time, each with a prompt of its own, against the same over TLS and gRPC, one request at a time, and a
 * plain loop of transformers where SOFTPOST_PYTHON names an interpreter that has it:
 *   node bench/serving.ts [--model DIR] [--clients 16] [--prompt 20] [--tokens 32] [--rounds 5] [--threads 2] [--sequences 16]
 * All sides are alive at once and take turns round by round. Ratios are what counts.
 */

import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startServing } from '@softpost/provider-server/serve/serving';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { seededRandom } from '@softpost/shared/seeded-random';
import { parseTask } from '@softpost/shared/text/task';
import { serveOverGrpc } from './serving/over-grpc.ts';
import { startSide } from './speed/side.ts';
import { medianOf } from './speed/table.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(import.meta.dirname, '../models/softpost-ref-clm') },
    clients: { type: 'string', default: '16' },
    sequences: { type: 'string', default: '16' },
    prompt: { type: 'string', default: '20' },
    tokens: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});
const [clients, virtualTokens, tokens, rounds, threads] = [
  values.clients,
  values.prompt,
  values.tokens,
  values.rounds,
  values.threads,
].map(Number) as [number, number, number, number, number];
const modelDir = resolve(values.model);
const { hiddenSize } = (await openLanguageModel(modelDir)).architecture;

const task = parseTask({
  name: 'films',
  template: '{text} It was',
  labels: ['bad', 'good'].map((word) => ({ name: word, words: [word] })),
});
const serving = startServing({
  teachers: [{ id: 'teacher', modelDir }],
  budgetBytes: 2 ** 31,
  threads,
  sequences: Number(values.sequences),
  readPrompt: async (_tenantId, promptId) => ({
    teacherId: 'teacher',
    task,
    load: async () => promptOf(Number(promptId)),
  }),
});

/** About 30 tokens, another text for each client and round. */
function textOf(client: number, round: number): string {
  const words = 'the film was long and nothing in it was new but she played well so they stayed to the end'.split(' ');
  const random = seededRandom(client * 1000 + round);
  return Array.from({ length: 28 }, () => words[Math.floor(random() * words.length)]).join(' ');
}

function promptOf(client: number) {
  const random = seededRandom(client);
  const embeddings = Float32Array.from({ length: virtualTokens * hiddenSize }, () => (random() - 0.5) / 5);
  return { embeddings, virtualTokens, hiddenSize };
}

/** One request of one client; the number of tokens, or of texts. */
type Request = (client: number, round: number) => Promise<number>;

const grpc = await serveOverGrpc(serving, clients);

const REQUESTS: Readonly<Record<'generate' | 'classify', Readonly<Record<'here' | 'grpc', Request>>>> = {
  generate: {
    here: async (client, round) => {
      const call = {
        tenantId: `tenant ${client}`,
        promptId: String(client),
        text: textOf(client, round),
        maxTokens: tokens,
      };
      let written = 0;
      for await (const { end } of serving.generate(call)) written += end?.usage.outputTokens ?? 0;
      return written;
    },
    grpc: (client, round) => grpc.generate(client, textOf(client, round), tokens),
  },
  classify: {
    here: async (client, round) => {
      const call = { tenantId: `tenant ${client}`, promptId: String(client), texts: [textOf(client, round)] };
      await serving.classify(call);
      return 1;
    },
    grpc: async (client, round) => {
      await grpc.classify(client, textOf(client, round));
      return 1;
    },
  },
};

interface Round {
  /** Tokens, or texts, a second. */
  readonly rate: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
}

async function measure(request: Request, round: number, atATime: 'all' | 'one'): Promise<Round> {
  const begin = performance.now();
  const latencies: number[] = [];
  let done = 0;
  const one = async (client: number): Promise<void> => {
    const start = performance.now();
    const count = await request(client, round);
    done += count;
    latencies.push(performance.now() - start);
  };
  const everyone = Array.from({ length: clients }, (_, client) => client);
  if (atATime === 'all') await Promise.all(everyone.map(one));
  else for (const client of everyone) await one(client);
  return { rate: (1000 * done) / (performance.now() - begin), latencies };
}

const python = process.env['SOFTPOST_PYTHON'];

for (const [kind, { here, grpc: remote }] of Object.entries(REQUESTS)) {
  const length = kind === 'generate' ? 29 : 31;
  const peerTokens = kind === 'generate' ? tokens : 0;
  const peer =
    python === undefined
      ? undefined
      : await startSide(python, [
          join(import.meta.dirname, 'peers/generate-loop.py'),
          '--model',
          modelDir,
          '--threads',
          values.threads,
          '--batch',
          values.clients,
          '--length',
          String(length),
          '--prompt',
          values.prompt,
          '--tokens',
          String(peerTokens),
        ]);
  const all: Round[] = [];
  const one: Round[] = [];
  const far: Round[] = [];
  const peers: Round[] = [];
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    const results = [
      await measure(here, round, 'all'),
      await measure(here, round, 'one'),
      await measure(remote, round, 'all'),
    ] as const;
    const answer = await peer?.step();
    if (round === 0) continue;
    all.push(results[0]);
    one.push(results[1]);
    far.push(results[2]);
    if (answer)
      peers.push({ rate: (1000 * clients * (peerTokens || 1)) / answer.ms, latencies: [answer.ms / clients] });
  }
  await peer?.stop();
  console.log(`\n${kind}, ${clients} clients with a prompt each, load ${loadavg()[0]!.toFixed(1)}`);
  console.log(
    `| side | ${kind === 'generate' ? 'tokens' : 'texts'} a second | times slower | p50 ms | p99 ms |\n| --- | --- | --- | --- | --- |`,
  );
  row('all at a time', all, all);
  row('all at a time, over TLS and gRPC', far, all);
  row('one at a time', one, all);
  if (peers.length > 0) row('transformers, one at a time', peers, all);
}
await grpc.close();
await serving.close();

function row(name: string, side: readonly Round[], best: readonly Round[]): void {
  const rate = medianOf(side.map((round) => round.rate));
  const ratio = medianOf(best.map((round) => round.rate)) / rate;
  const latencies = side.flatMap((round) => round.latencies).toSorted((a, b) => a - b);
  const at = (share: number): string => latencies[Math.floor(share * (latencies.length - 1))]!.toFixed(0);
  console.log(`| ${name} | ${rate.toFixed(1)} | ${ratio.toFixed(2)} | ${at(0.5)} | ${at(0.99)} |`);
}

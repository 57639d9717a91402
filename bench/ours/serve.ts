/**
 * @file What our sides of the speed benchmark share: arguments, random inputs, and the protocol of peers/peer.py.
 *
 * Each is a long-lived process. It writes {"ready": true} when its model is loaded; each line {"cmd": "step"} on stdin makes
 * it do one step and answer {"ms", "cpu_ms"}, measured around the step alone. It ends with its stdin.
 */

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { seededRandom } from '@softpost/shared/seeded-random';
import type { EncodedText } from '@softpost/shared/text/template';

export interface Arguments {
  /** Folder of the (large) model. */
  readonly model: string;
  /** Folder of the student, where the step has one. */
  readonly student: string;
  readonly batch: number;
  /** Tokens a text. */
  readonly length: number;
  /** Virtual tokens. */
  readonly prompt: number;
  readonly threads: number;
  readonly prepack: boolean;
}

export function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: '' },
      student: { type: 'string', default: '' },
      batch: { type: 'string', default: '8' },
      length: { type: 'string', default: '48' },
      prompt: { type: 'string', default: '100' },
      threads: { type: 'string', default: '2' },
      prepack: { type: 'boolean', default: false },
    },
  });
  const { batch, length, prompt, threads, ...rest } = values;
  return { ...rest, batch: Number(batch), length: Number(length), prompt: Number(prompt), threads: Number(threads) };
}

/** Random texts of full length, so that no padding favours anyone; the last position is the scored one. */
export function randomTexts({ batch, length }: Arguments, vocabularySize: number): readonly EncodedText[] {
  const random = seededRandom(1);
  return Array.from({ length: batch }, () => ({
    inputIds: Int32Array.from({ length }, () => Math.floor(random() * vocabularySize)),
    scoredIndex: length - 1,
  }));
}

/** Numbers in (-0.02, 0.02), the size of embeddings. */
export function randomPrompt({ prompt }: Arguments, hiddenSize: number): Float32Array {
  const random = seededRandom(2);
  return Float32Array.from({ length: prompt * hiddenSize }, () => (random() - 0.5) * 0.04);
}

export function residentMegabytes(): number {
  return process.memoryUsage().rss / 1e6;
}

/** Whatever the step returns is added to its answer. */
export async function serve(step: () => Promise<Readonly<Record<string, number>> | void>): Promise<void> {
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const { cmd } = JSON.parse(line) as { readonly cmd: unknown };
    if (cmd !== 'step') throw new Error(`unknown command ${line}`);
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const extra = await step();
    const { user, system } = process.cpuUsage(cpu);
    answer({ ms: performance.now() - start, cpu_ms: (user + system) / 1000, ...extra });
  }
}

function answer(value: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

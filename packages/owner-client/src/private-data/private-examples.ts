/** @file The owner's labelled records in memory: held so that they cannot slip into a message or a log by accident. */

import type { EncodedExample } from '@softpost/shared/prompt-tuning/task-gradient';
import { readExamples } from '@softpost/shared/text/read-examples';
import type { TaskEncoder } from '@softpost/shared/text/template';
import type { Task } from '@softpost/shared/text/task';

/** Fields are private to the class, so that printing or serialising it shows nothing. */
export class PrivateExamples {
  readonly #examples: readonly EncodedExample[];
  readonly #texts: readonly string[];

  constructor(examples: readonly EncodedExample[], texts: readonly string[]) {
    this.#examples = examples;
    this.#texts = texts;
  }

  /** N, which is private as well: it must not decide any public constant. */
  get size(): number {
    return this.#examples.length;
  }

  /** The records at these indices. */
  pick(indices: Iterable<number>): readonly EncodedExample[] {
    return Array.from(indices, (index) => this.#examples[index]!);
  }

  /** A hash of each record's whole text, for the ledger. */
  hashes(hash: (text: string) => Buffer): readonly Buffer[] {
    return this.#texts.map(hash);
  }
}

/** Reads and encodes a data file. @throws BAD_DATA_FILE naming file and line, FILE_NOT_FOUND */
export async function readPrivateExamples(path: string, task: Task, encode: TaskEncoder): Promise<PrivateExamples> {
  const examples = await readExamples(
    path,
    task.labels.map(({ name }) => name),
  );
  return new PrivateExamples(
    examples.map(({ text, label }) => ({ input: encode(text), label })),
    examples.map(({ text }) => text),
  );
}

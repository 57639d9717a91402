/** @file The owner's labelled records in memory: held so that they cannot slip into a message or a log by accident. */

import type { Unit } from '@softpost/shared/privacy/unit';
import type { EncodedExample } from '@softpost/shared/prompt-tuning/task-gradient';
import { readExamples } from '@softpost/shared/text/read-examples';
import type { TaskEncoder } from '@softpost/shared/text/template';
import type { Task } from '@softpost/shared/text/task';

/** By unit of privacy: each record by itself, or those of one user together. Fields are private to the class, so that printing or serialising it shows nothing. */
export class PrivateExamples {
  readonly unit: Unit;
  readonly #units: readonly (readonly EncodedExample[])[];
  readonly #texts: readonly string[];
  readonly #users: readonly string[];

  /** @param users whose each example is; without it every example is a unit of its own */
  constructor(examples: readonly EncodedExample[], texts: readonly string[], users?: readonly string[]) {
    const byUser = users && Map.groupBy(examples.entries(), ([index]) => users[index]!);
    this.unit = byUser ? 'user' : 'example';
    this.#units = byUser
      ? Array.from(byUser.values(), (entries) => entries.map(([, example]) => example))
      : examples.map((example) => [example]);
    this.#texts = texts;
    this.#users = [...(byUser?.keys() ?? [])];
  }

  /** N, the number of units, which is private as well: it must not decide any public constant. */
  get size(): number {
    return this.#units.length;
  }

  /** The units at these indices, each with all of its records. */
  units(indices: Iterable<number>): readonly (readonly EncodedExample[])[] {
    return Array.from(indices, (index) => this.#units[index]!);
  }

  /** The records of the units at these indices. */
  pick(indices: Iterable<number>): readonly EncodedExample[] {
    return this.units(indices).flat();
  }

  /** A hash of each record's whole text, and of each user's name, for the ledger. */
  hashes(hashText: (text: string) => Buffer, hashUser: (name: string) => Buffer): readonly Buffer[] {
    return [...this.#texts.map(hashText), ...this.#users.map(hashUser)];
  }
}

/**
 * Reads and encodes a data file.
 * @param unitColumn names the user of each record; without it every record is a unit of its own
 * @throws BAD_DATA_FILE naming file and line, FILE_NOT_FOUND
 */
export async function readPrivateExamples(
  path: string,
  task: Task,
  encode: TaskEncoder,
  unitColumn?: string,
): Promise<PrivateExamples> {
  const labels = task.labels.map(({ name }) => name);
  const examples = await readExamples(path, labels, unitColumn === undefined ? {} : { unitColumn });
  return new PrivateExamples(
    examples.map(({ text, label }) => ({ input: encode(text), label })),
    examples.map(({ text }) => text),
    unitColumn === undefined ? undefined : examples.map(({ unit }) => unit!),
  );
}

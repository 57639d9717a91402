/** @file Labelled examples and unlabelled texts from a data file. Errors name the place, never the content. */
import { extname } from 'node:path';
import { SoftpostError } from '../errors.ts';
import { readLines } from './lines.ts';
import { readRecords, type DataRecord } from './records.ts';

export interface Example {
  readonly text: string;
  /** Index into the task's labels. */
  readonly label: number;
  /** Whose example it is, where a column says so. */
  readonly unit?: string;
}

/** Names of the columns (CSV, Parquet) or fields (JSON Lines). */
export interface ColumnOptions {
  /** @default 'text' */
  readonly textColumn?: string;
  /** @default 'label' */
  readonly labelColumn?: string;
  /** Names whose example it is: a text or a whole number, compared as text without white space at its ends. @default none */
  readonly unitColumn?: string;
}

/**
 * Reads a labelled data file: JSON Lines, CSV or Parquet. A label is given by its name, or by its index in `labels`.
 *
 * @throws SoftpostError FILE_NOT_FOUND; BAD_DATA_FILE naming file and line (Parquet: row), also when there is no example
 */
export async function readExamples(
  path: string,
  labels: readonly string[],
  options: ColumnOptions = {},
): Promise<readonly Example[]> {
  const { textColumn = 'text', labelColumn = 'label', unitColumn } = options;
  const columns = new Set([textColumn, labelColumn, ...(unitColumn === undefined ? [] : [unitColumn])]);
  const examples: Example[] = [];
  for await (const record of readRecords(path, [...columns])) {
    const label = labelIndex(record.fields[labelColumn], labels);
    if (label === undefined)
      throw new SoftpostError('BAD_DATA_FILE', `${record.place}: "${labelColumn}" is none of: ${labels.join(', ')}`);
    const example = { text: textOf(record, textColumn), label };
    examples.push(unitColumn === undefined ? example : { ...example, unit: unitOf(record, unitColumn) });
  }
  return notEmpty(path, examples);
}

/**
 * Reads texts without labels: as {@link readExamples}, or a `.txt` file with one text a line.
 *
 * @throws SoftpostError FILE_NOT_FOUND; BAD_DATA_FILE naming file and line (Parquet: row), also when there is no text
 */
export async function readTexts(path: string, { textColumn = 'text' }: ColumnOptions = {}): Promise<readonly string[]> {
  const texts: string[] = [];
  if (extname(path).toLowerCase() === '.txt') {
    for await (const { text } of readLines(path)) if (text.trim() !== '') texts.push(text.trim());
  } else {
    for await (const record of readRecords(path, [textColumn])) texts.push(textOf(record, textColumn));
  }
  return notEmpty(path, texts);
}

function textOf({ fields, place }: DataRecord, column: string): string {
  const text = fields[column];
  if (typeof text !== 'string') throw new SoftpostError('BAD_DATA_FILE', `${place}: "${column}" is not a text`);
  return text;
}

/**
 * Every value must tell apart those whom it names, as neither to split one nor to join two keeps the claim made for each. So a number that float64
 * may have rounded is refused, and canonically equal texts are one.
 */
function unitOf({ fields, place }: DataRecord, column: string): string {
  const value = fields[column];
  const refuse = (fault: string): never => {
    throw new SoftpostError('BAD_DATA_FILE', `${place}: "${column}" ${fault}`);
  };
  if (value === undefined || value === null) return refuse('is missing');
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  if (typeof value !== 'string' && !isWhole) return refuse('is neither a text nor a whole number below 2^53');
  return String(value).normalize('NFC').trim() || refuse('is empty');
}

/** A name counts before an index, so labels may be called "0" and "1". */
function labelIndex(value: unknown, labels: readonly string[]): number | undefined {
  if (typeof value === 'string') {
    const named = labels.indexOf(value.trim());
    if (named !== -1) return named;
    if (!/^\s*\d{1,9}\s*$/.test(value)) return undefined;
  } else if (typeof value !== 'number' && typeof value !== 'bigint') {
    return undefined;
  }
  const index = Number(value);
  return Number.isInteger(index) && index >= 0 && index < labels.length ? index : undefined;
}

function notEmpty<T>(path: string, items: readonly T[]): readonly T[] {
  if (items.length === 0) throw new SoftpostError('BAD_DATA_FILE', `${path}: has no examples`);
  return items;
}

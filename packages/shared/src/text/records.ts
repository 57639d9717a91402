/** @file Records of a data file: JSON Lines, CSV or Parquet, chosen by the file's extension. Errors never quote the data. */
import { extname } from 'node:path';
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse as parseCsv } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { isSoftpostError, SoftpostError } from '../errors.ts';
import { fileError } from './file-error.ts';
import { readLines } from './lines.ts';

export interface DataRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** `file:line`, or `file: row n` for Parquet; counted from 1. In CSV the line on which the record ends. */
  readonly place: string;
}

type RecordReader = (path: string, columns: readonly string[]) => AsyncIterable<DataRecord>;

const READERS: Readonly<Record<string, RecordReader>> = {
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
  '.csv': readCsv,
  '.parquet': readParquet,
};

/**
 * Streams the records of a file. Blank lines are skipped.
 *
 * @param columns those needed; CSV and Parquet files must have them
 * @throws SoftpostError FILE_NOT_FOUND; BAD_DATA_FILE naming file and line
 */
export function readRecords(path: string, columns: readonly string[]): AsyncIterable<DataRecord> {
  const read = READERS[extname(path).toLowerCase()];
  if (!read) throw new SoftpostError('BAD_DATA_FILE', `${path}: must end in ${Object.keys(READERS).join(', ')}`);
  return read(path, columns);
}

async function* readJsonLines(path: string): AsyncGenerator<DataRecord> {
  for await (const { text, number } of readLines(path)) {
    if (text.trim() === '') continue;
    const place = `${path}:${number}`;
    const fields = parseJson(text);
    if (!isRecord(fields)) throw new SoftpostError('BAD_DATA_FILE', `${place}: is not a JSON object`);
    yield { fields, place };
  }
}

/** `undefined` for what is not JSON; the parser's own message would quote the data. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function* readCsv(path: string, columns: readonly string[]): AsyncGenerator<DataRecord> {
  const parser = parseCsv({
    columns: (header: readonly string[]) => requireColumns(path, header, columns),
    info: true,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
  });
  // A failure of the lines destroys the parser with the same error, so it surfaces in the loop.
  pipeline(Readable.from(csvLines(path)), parser, () => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Record<string, string>;
      info: { lines: number };
    }>) {
      yield { fields: record, place: `${path}:${info.lines}` };
    }
  } catch (cause) {
    if (cause instanceof CsvError)
      throw new SoftpostError('BAD_DATA_FILE', `${path}:${String(cause.lines)}: is not valid CSV (${cause.code})`);
    throw cause;
  }
}

async function* csvLines(path: string): AsyncGenerator<string> {
  for await (const { text } of readLines(path)) yield `${text}\n`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const parsers = { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes) };

async function* readParquet(path: string, columns: readonly string[]): AsyncGenerator<DataRecord> {
  let place = path;
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    requireColumns(
      path,
      parquetSchema(metadata).children.map(({ element }) => element.name),
      columns,
    );
    let row = 0;
    for (const [index, group] of metadata.row_groups.entries()) {
      const rowEnd = row + Number(group.num_rows);
      // The library does not say in which row a fault lies.
      place = `${path}: row group ${index + 1} (rows ${row + 1} to ${rowEnd})`;
      const rows = await parquetReadObjects({
        file,
        metadata,
        columns: [...columns],
        compressors,
        parsers,
        rowStart: row,
        rowEnd,
      });
      for (const fields of rows) yield { fields, place: `${path}: row ${++row}` };
    }
  } catch (cause) {
    const ofFileSystem = cause instanceof Error && 'syscall' in cause;
    if (ofFileSystem || isSoftpostError(cause)) throw fileError(path, cause, 'BAD_DATA_FILE');
    throw new SoftpostError('BAD_DATA_FILE', `${place}: is not sound Parquet`, { cause });
  }
}

function requireColumns(path: string, header: readonly string[], columns: readonly string[]): string[] {
  for (const column of columns) {
    const count = header.filter((name) => name === column).length;
    if (count !== 1)
      throw new SoftpostError(
        'BAD_DATA_FILE',
        `${path}: has ${count === 0 ? 'no' : 'more than one'} column "${column}"`,
      );
  }
  return [...header];
}

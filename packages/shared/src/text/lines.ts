/** @file Lines of a UTF-8 text file, streamed. Node's own reader would replace invalid bytes without a word. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { SoftpostError } from '../errors.ts';
import { fileError } from './file-error.ts';

/** A file of one endless line must not fill the memory. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

export interface Line {
  /** Without its line feed and, in the first line, without the byte order mark; a carriage return is kept. */
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** @throws SoftpostError FILE_NOT_FOUND; BAD_DATA_FILE with the line number for invalid UTF-8 or a line above 64 MiB */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let size = 0;
  const finish = (): Line => {
    const bytes = Buffer.concat(parts);
    parts = [];
    size = 0;
    number++;
    if (!isUtf8(bytes)) throw new SoftpostError('BAD_DATA_FILE', `${path}:${number}: is not valid UTF-8`);
    const text = bytes.toString('utf8');
    return { text: number === 1 ? text.replace(/^\uFEFF/, '') : text, number };
  };
  const keep = (part: Buffer): void => {
    size += part.length;
    if (size > MAX_LINE_BYTES)
      throw new SoftpostError('BAD_DATA_FILE', `${path}:${number + 1}: is longer than ${MAX_LINE_BYTES} bytes`);
    parts.push(part);
  };

  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
        keep(chunk.subarray(start, end));
        yield finish();
        start = end + 1;
      }
      keep(chunk.subarray(start));
    }
    if (size > 0) yield finish();
  } catch (cause) {
    throw fileError(path, cause, 'BAD_DATA_FILE');
  }
}

/** @file Hostile safetensors files: each is refused by name, before memory is taken for what it claims. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSoftpostError, SoftpostError } from '../errors.ts';
import { parseSafetensorsHeader, type SafetensorsHeader } from './safetensors-header.ts';
import { readSafetensorsHeader } from './safetensors.ts';
import { refusal, temporaryFolder } from './folder.fixture.ts';

const LIAR = 'x'.repeat(8);

/** A file with this header text and so many bytes of data; `claimed` is the header length it states. */
function fileOf(header: string | Buffer, dataBytes = 0, claimed?: bigint): Buffer {
  const text = Buffer.from(header as string);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(text.byteLength));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

/** A header with one tensor `a`. */
const one = (dtype: string, shape: string, offsets: string): string =>
  `{"a":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`;
const float = (name: string, begin: number, end: number): string =>
  `${JSON.stringify(name)}:{"dtype":"F32","shape":[${(end - begin) / 4}],"data_offsets":[${begin},${end}]}`;

const hostile: readonly [name: string, file: Buffer, message: RegExp][] = [
  ['an empty file', Buffer.alloc(0), /truncated/],
  ['seven bytes', Buffer.alloc(7), /truncated/],
  ['an empty header', fileOf(''), /expected \{/],
  ['a header of 2^64 - 1 bytes', fileOf('{}', 0, 2n ** 64n - 1n), /claims 18446744073709551615/],
  ['a header of 2^63 bytes', fileOf('{}', 0, 2n ** 63n), /claims/],
  ['a header of one byte more than the file', fileOf('{}', 0, 3n), /at most 2 are possible/],
  ['a header cut short by its length', fileOf(one('"F32"', '[1]', '[0,4]'), 4, 21n), /no end/],
  ['a header that is not UTF-8', fileOf(Buffer.from([0x7b, 0xff, 0x7d])), /not UTF-8/],
  ['a byte order mark', fileOf('\uFEFF{}'), /expected \{/],
  ['a header that is an array', fileOf('[]'), /expected \{/],
  ['a header that is null', fileOf('null'), /expected \{/],
  ['text after the header object', fileOf('{} x'), /expected the end/],
  ['a second object', fileOf('{}{}'), /expected the end/],
  ['a NUL after the object', fileOf('{}\0'), /expected the end/],
  ['a trailing comma', fileOf(`{${float('a', 0, 4)},}`, 4), /expected "/],
  ['a comment', fileOf(`{/**/${float('a', 0, 4)}}`, 4), /expected "/],
  ['100,000 opening brackets', fileOf('{"a":' + '['.repeat(100_000)), /expected \{/],
  ['100,000 nested objects', fileOf('{"a":'.repeat(100_000)), /more than|unknown key/],
  ['the same tensor twice', fileOf(`{${float('a', 0, 4)},${float('a', 4, 8)}}`, 8), /this key came before/],
  [
    'the same tensor twice, once escaped',
    fileOf(`{${float('a', 0, 4)},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
    /this key came before/,
  ],
  [
    'the same field twice',
    fileOf('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    /this key came before/,
  ],
  ['two metadata objects', fileOf('{"__metadata__":{},"__metadata__":{}}'), /this key came before/],
  ['metadata that is not text', fileOf('{"__metadata__":{"n":1}}'), /expected "/],
  ['metadata that is a list', fileOf('{"__metadata__":[]}'), /expected \{/],
  ['nested metadata', fileOf('{"__metadata__":{"a":{"b":"c"}}}'), /expected "/],
  [
    'a lone surrogate in a name',
    fileOf('{"\\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    /not valid Unicode/,
  ],
  ['a control character in a name', fileOf(`{"\n":${one('"F32"', '[1]', '[0,4]')}}`, 4), /not valid JSON/],
  ['a bad escape', fileOf('{"\\x41":{}}'), /not valid JSON/],
  ['a tensor that is null', fileOf('{"a":null}'), /expected \{/],
  ['a tensor without fields', fileOf('{"a":{}}'), /unknown dtype ""/],
  ['no shape', fileOf('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), /no shape/],
  ['no offsets', fileOf('{"a":{"dtype":"F32","shape":[]}}', 4), /not a pair/],
  ['one offset', fileOf(one('"F32"', '[1]', '[0]'), 4), /not a pair/],
  ['three offsets', fileOf(one('"F32"', '[1]', '[0,4,8]'), 4), /more than 2 numbers/],
  [
    'an extra field',
    fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"location":"/etc/passwd"}}', 4),
    /expected|unknown key "location"|more than 3/,
  ],
  [
    'a path instead of a shape',
    fileOf('{"a":{"dtype":"F32","location":"../x","data_offsets":[0,4]}}', 4),
    /unknown key "location"/,
  ],
  ['an unknown dtype', fileOf(one('"F99"', '[1]', '[0,4]'), 4), /unknown dtype "F99"/],
  ['a dtype that every object inherits', fileOf(one('"constructor"', '[1]', '[0,4]'), 4), /unknown dtype/],
  ['a dtype that is a number', fileOf(one('32', '[1]', '[0,4]'), 4), /expected "/],
  ['a negative dimension', fileOf(one('"F32"', '[-1]', '[0,4]'), 4), /expected an integer/],
  ['two negative dimensions', fileOf(one('"F32"', '[-1,-1]', '[0,4]'), 4), /expected an integer/],
  ['a fractional dimension', fileOf(one('"F32"', '[1.5]', '[0,6]'), 6), /expected \]/],
  ['a dimension with an exponent', fileOf(one('"F32"', '[1e0]', '[0,4]'), 4), /expected \]/],
  ['a dimension with a leading zero', fileOf(one('"F32"', '[01]', '[0,4]'), 4), /expected \]/],
  ['a dimension that is text', fileOf(one('"F32"', '["1"]', '[0,4]'), 4), /expected an integer/],
  ['a dimension of 2^53', fileOf(one('"F32"', '[9007199254740992]', '[0,4]'), 4), /expected an integer/],
  ['a dimension of 300 digits', fileOf(one('"F32"', `[${'9'.repeat(300)}]`, '[0,4]'), 4), /expected/],
  // 2^32 * 2^32 elements are 0 modulo 2^64.
  ['a product that wraps to zero', fileOf(one('"F32"', '[4294967296,4294967296]', '[0,0]')), /larger than any file/],
  [
    'a product that wraps before a zero',
    fileOf(one('"F32"', '[4294967296,4294967296,0]', '[0,0]')),
    /larger than any file/,
  ],
  ['65 dimensions', fileOf(one('"F32"', `[${Array(65).fill(1).join()}]`, '[0,4]'), 4), /more than 64 numbers/],
  ['offsets in reverse', fileOf(one('"F32"', '[1]', '[4,0]'), 4), /span -4/],
  ['offsets that do not fit the shape', fileOf(one('"F32"', '[2]', '[0,4]'), 4), /takes 8 bytes/],
  ['offsets that do not fit the dtype', fileOf(one('"F16"', '[1]', '[0,4]'), 4), /takes 2 bytes/],
  ['an offset of 2^53 - 1', fileOf(one('"U8"', '[0]', '[9007199254740991,9007199254740991]')), /gap or an overlap/],
  ['overlapping tensors', fileOf(`{${float('a', 0, 8)},${float('b', 4, 12)}}`, 12), /"b".*gap or an overlap/],
  ['equal tensors', fileOf(`{${float('a', 0, 4)},${float('b', 0, 4)}}`, 4), /gap or an overlap/],
  ['a gap between tensors', fileOf(`{${float('a', 0, 4)},${float('b', 8, 12)}}`, 12), /"b".*expected 4/],
  ['a gap before the first tensor', fileOf(`{${float('a', 4, 8)}}`, 8), /expected 0/],
  ['bytes after the last tensor', fileOf(`{${float('a', 0, 4)}}`, 5), /1 bytes belong to no tensor/],
  ['data but no tensors', fileOf('{}', 1), /belong to no tensor/],
  ['a data part that is one byte short', fileOf(`{${float('a', 0, 8)}}`, 7), /truncated/],
  ['a tensor of a petabyte', fileOf(one('"F32"', '[250000000000000]', '[0,1000000000000000]'), 4), /truncated/],
];

test.for(hostile)('refuses %s', async ([, bytes, message]) => {
  const dir = await temporaryFolder();
  const path = join(dir, 'model.safetensors');
  await writeFile(path, bytes);
  await expect(readSafetensorsHeader(path)).rejects.toMatchObject(refusal('BAD_SAFETENSORS', message));
  await expect(readSafetensorsHeader(path)).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /model\.safetensors/));
});

test('refuses what is no regular file without waiting on it', async () => {
  const dir = await temporaryFolder();
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, dir, '/dev/zero', join(dir, 'absent')]) {
    await expect(readSafetensorsHeader(path)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', new RegExp(path)));
  }
});

test('a hostile name cannot flood or steer the terminal that shows the message', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x.safetensors');
  await writeFile(path, fileOf(JSON.stringify({ [`\u001b[2J${LIAR.repeat(10_000)}`]: { dtype: 'F99', shape: [] } })));
  const reason: unknown = await readSafetensorsHeader(path).catch((error: unknown) => error);
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(String(reason)).not.toMatch(/[\u0000-\u001f]/);
  expect(String(reason).length).toBeLessThan(300);
});

// Kills JSON.parse in place of the scanner: it builds 25 million arrays, gigabytes, before anything can be checked.
test('a header of 100 MB of hostile JSON takes little more memory than its text', { timeout: 30_000 }, async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'bomb.safetensors');
  await writeFile(path, fileOf(`{"a":[${'[],'.repeat(25_000_000)}[]]}`));
  const program = `
    import { readSafetensorsHeader } from ${JSON.stringify(new URL('safetensors.ts', import.meta.url).href)};
    const code = await readSafetensorsHeader('bomb.safetensors').catch((reason) => reason.code);
    console.log(JSON.stringify([code, process.resourceUsage().maxRSS]));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: dir,
    encoding: 'utf8',
  });
  const [code, peakKiB] = JSON.parse(said) as [string, number];
  expect(code).toBe('BAD_SAFETENSORS');
  expect(peakKiB).toBeLessThan(450 * 1024);
});

test('more tensors than any model has are refused', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'many.safetensors');
  const entry = (i: number): string => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`;
  await writeFile(path, fileOf(`{${Array.from({ length: 200_001 }, (_, i) => entry(i)).join()}}`));
  await expect(readSafetensorsHeader(path)).rejects.toMatchObject(
    refusal('BAD_SAFETENSORS', /more than 200000 members/),
  );
});

describe('fuzz', () => {
  const entries = fc
    .dictionary(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a', '__proto__', 'constructor', 'h.0.w')),
      fc.record({
        dtype: fc.constantFrom('F32', 'F16', 'BF16', 'F64', 'I64', 'I32', 'U8', 'BOOL'),
        shape: fc.array(fc.nat(5), { maxLength: 3 }),
      }),
      { maxKeys: 5, noNullPrototype: true },
    )
    .filter((tensors) => !Object.hasOwn(tensors, '__metadata__'));

  const BYTES: Record<string, number> = { F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8, I32: 4, U8: 1, BOOL: 1 };

  /** A sound header, with arbitrary white space and order of fields, and the bytes of data it describes. */
  const sound = fc
    .record({ tensors: entries, metadata: fc.option(fc.dictionary(fc.string(), fc.string())), indent: fc.nat(2) })
    .map(({ tensors, metadata, indent }) => {
      let end = 0;
      const header = Object.entries(tensors).map(([name, { dtype, shape }]): [string, unknown] => {
        const begin = end;
        end += (BYTES[dtype] as number) * shape.reduce((a, b) => a * b, 1);
        return [name, { shape, data_offsets: [begin, end], dtype }];
      });
      if (metadata !== null) header.push(['__metadata__', metadata]);
      return { json: JSON.stringify(Object.fromEntries(header), undefined, indent), dataBytes: end };
    });

  const parse = (json: string, dataBytes: number): SafetensorsHeader =>
    parseSafetensorsHeader(json, dataBytes, (fault) => {
      throw new SoftpostError('BAD_SAFETENSORS', fault);
    });

  /** What `header` says, as JSON.parse would give it. */
  const asObject = ({ entries: found, metadata }: SafetensorsHeader): Record<string, unknown> =>
    Object.fromEntries<unknown>([
      ...[...found].map(([name, { dtype, shape, begin, end }]): [string, unknown] => [
        name,
        { dtype, shape, data_offsets: [begin, end] },
      ]),
      ...(metadata.size > 0 ? [['__metadata__', Object.fromEntries(metadata)] as const] : []),
    ]);

  test('every sound header is read as it is', () => {
    fc.assert(
      fc.property(sound, ({ json, dataBytes }) => {
        const expected = JSON.parse(json) as Record<string, unknown>;
        if (Object.keys(expected['__metadata__'] ?? {}).length === 0) delete expected['__metadata__'];
        expect(asObject(parse(json, dataBytes))).toEqual(expected);
      }),
      { numRuns: 300, interruptAfterTimeLimit: 10_000 },
    );
  });

  const JUNK = [
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '-',
    '.',
    'e',
    '0',
    '9',
    '\\',
    '\\u0061',
    ' ',
    '\0',
    '\u2028',
    'null',
    '"a":',
    '99999999999999999999',
  ];
  const edits = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(4),
      put: fc.oneof(fc.constant(''), fc.constantFrom(...JUNK)),
    }),
    { minLength: 1, maxLength: 3 },
  );

  // 5,000 mutated headers: refused with BAD_SAFETENSORS, or valid JSON that still tiles the data.
  test('a mutated header is refused, or means what JSON says it means', () => {
    let refused = 0;
    fc.assert(
      fc.property(sound, edits, fc.integer({ min: -2, max: 2 }), ({ json, dataBytes }, changes, more) => {
        let text = json;
        for (const { at, cut, put } of changes) {
          const place = Math.floor(at * text.length);
          text = text.slice(0, place) + put + text.slice(place + cut);
        }
        try {
          const header = parse(text, dataBytes + more);
          const spans = [...header.entries.values()].reduce((sum, { begin, end }) => sum + end - begin, 0);
          expect(spans).toBe(dataBytes + more);
          const expected = JSON.parse(text) as Record<string, unknown>;
          if (Object.keys(expected['__metadata__'] ?? {}).length === 0) delete expected['__metadata__'];
          expect(asObject(header)).toEqual(expected);
        } catch (reason) {
          if (!isSoftpostError(reason)) throw reason;
          refused++;
        }
      }),
      { numRuns: 5_000, interruptAfterTimeLimit: 20_000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  test('arbitrary bytes are refused', async () => {
    const dir = await temporaryFolder();
    const path = join(dir, 'x.safetensors');
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .tuple(fc.nat(40), fc.uint8Array({ maxLength: 40 }))
        .map(([length, rest]) => Uint8Array.of(length, 0, 0, 0, 0, 0, 0, 0, ...rest)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        await writeFile(path, content);
        await expect(readSafetensorsHeader(path)).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /x\.safetensors/));
      }),
      { numRuns: 500, interruptAfterTimeLimit: 10_000 },
    );
  });
});

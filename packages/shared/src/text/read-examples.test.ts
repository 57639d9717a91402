import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { readExamples, readTexts } from './read-examples.ts';
import { fromRoot } from './tokenizers.fixture.ts';

const LABELS = ['negative', 'positive'];
const EXPECTED = [
  { text: 'a bad, "long" film', label: 0 },
  { text: 'good\nfilm', label: 1 },
  { text: 'Ünïcode 日本 😀', label: 1 },
];

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'softpost-data-')), name);
  await writeFile(path, content);
  return path;
}

const jsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const parquet = (
  label: string,
  labels: readonly (string | number | bigint)[],
  type: 'STRING' | 'INT32' | 'INT64',
): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'text', data: EXPECTED.map(({ text }) => text), type: 'STRING' },
        { name: label, data: [...labels], type },
      ],
      rowGroupSize: 2,
    }),
  );

test('reads JSON Lines with a byte order mark, CRLF, blank lines, names and indices', async () => {
  const [a, b, c] = EXPECTED;
  const lines = [
    { text: a?.text, label: 'negative' },
    { text: b?.text, label: 1, more: true },
    { text: c?.text, label: '1' },
  ];
  const path = await write('data.jsonl', `\uFEFF${lines.map((line) => JSON.stringify(line)).join('\r\n\r\n')}`);
  expect(await readExamples(path, LABELS)).toEqual(EXPECTED);
});

test('reads CSV with quotes, line breaks, a byte order mark and CRLF', async () => {
  const csv =
    '\uFEFFid,label,text\r\n1,negative,"a bad, ""long"" film"\r\n\r\n2,1,"good\nfilm"\r\n3,positive,Ünïcode 日本 😀';
  expect(await readExamples(await write('data.csv', csv), LABELS)).toEqual(EXPECTED);
});

test('reads Parquet with names and with indices, over several row groups', async () => {
  const named = await write('data.parquet', parquet('label', ['negative', 'positive', 'positive'], 'STRING'));
  expect(await readExamples(named, LABELS)).toEqual(EXPECTED);
  const numbered = await write('data.parquet', parquet('class', [0n, 1n, 1n], 'INT64'));
  expect(await readExamples(numbered, LABELS, { labelColumn: 'class' })).toEqual(EXPECTED);
});

test('reads columns of other names', async () => {
  const options = { textColumn: 'body', labelColumn: 'verdict' };
  const csv = await write('data.csv', 'body,verdict\nfine,positive\n');
  expect(await readExamples(csv, LABELS, options)).toEqual([{ text: 'fine', label: 1 }]);
  const json = await write('data.jsonl', jsonLines([{ body: 'fine', verdict: 1 }]));
  expect(await readExamples(json, LABELS, options)).toEqual([{ text: 'fine', label: 1 }]);
});

test('takes a label called by a number as a name first', async () => {
  const path = await write('data.csv', 'text,label\nfine,0\n');
  expect(await readExamples(path, ['1', '0'])).toEqual([{ text: 'fine', label: 1 }]);
});

test('reads texts without labels', async () => {
  const texts = EXPECTED.map(({ text }) => text);
  expect(await readTexts(await write('data.jsonl', jsonLines(EXPECTED)))).toEqual(texts);
  expect(await readTexts(await write('data.parquet', parquet('label', [0, 1, 1], 'INT32')))).toEqual(texts);
  expect(await readTexts(await write('data.csv', 'text\none\ntwo\n'))).toEqual(['one', 'two']);
  expect(await readTexts(await write('data.txt', 'one\r\n\r\n two\n'))).toEqual(['one', 'two']);
});

// Kills: one user who counts as two, or two who count as one, by the way in which the file holds their name.
test('reads whose example each is, as a text', async () => {
  const users = ['Ann', ' Ann\t', 42, '42', -0, '0', 'Zoe\u0301', 'Zo\u00e9', 'ann', 2 ** 53 - 1];
  const rows = users.map((user) => ({ text: 'fine', label: 1, user }));
  const read = await readExamples(await write('data.jsonl', jsonLines(rows)), LABELS, { unitColumn: 'user' });
  const units = ['Ann', 'Ann', '42', '42', '0', '0', 'Zo\u00e9', 'Zo\u00e9', 'ann', '9007199254740991'];
  expect(read.map(({ unit }) => unit)).toEqual(units);

  const csv = await write('data.csv', 'text,label,user\nfine,1,42\nfine,1, Ann\n');
  expect((await readExamples(csv, LABELS, { unitColumn: 'user' })).map(({ unit }) => unit)).toEqual(['42', 'Ann']);
  const numbered = await write('data.parquet', parquet('label', [0n, 1n, 1n], 'INT64'));
  const byLabel = await readExamples(numbered, LABELS, { unitColumn: 'label' });
  expect(byLabel.map(({ unit }) => unit)).toEqual(['0', '1', '1']);
});

const SECRET = 'Alice is ill';
const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

// The place is named and the content is not: errors may be shown to the other party. Kills: passing on the messages of
// JSON.parse or csv-parse, which quote the data.
test.each([
  ['data.jsonl', `{"text":"x","label":0}\n\n${SECRET}\n`, ':3'],
  ['data.jsonl', `"${SECRET}"\n`, ':1'],
  ['data.jsonl', jsonLines([{ text: 'x', label: SECRET }]), ':1'],
  ['data.jsonl', jsonLines([{ text: 'x', label: 2 }]), ':1'],
  ['data.jsonl', jsonLines([{ text: 'x', label: -1 }]), ':1'],
  ['data.jsonl', jsonLines([{ text: 'x', label: 0.5 }]), ':1'],
  ['data.jsonl', jsonLines([{ text: 'x', label: true }]), ':1'],
  [
    'data.jsonl',
    jsonLines([
      { text: 'x', label: 1 },
      { text: [SECRET], label: 1 },
    ]),
    ':2',
  ],
  ['data.jsonl', jsonLines([{ label: 1 }]), ':1'],
  ['data.jsonl', bytes('{"text":"x","label":0}\n{"text":"', 0xff, '","label":0}\n'), ':2'],
  ['data.jsonl', '', 'no examples'],
  ['data.csv', `text,label\n${SECRET},negative,x\n`, ':2'],
  ['data.csv', `text,label\nfine,positive\n"${SECRET}`, ':3'],
  ['data.csv', `text,label\n${SECRET}"x,positive\n`, ':2'],
  ['data.csv', `text,label\n${SECRET},maybe\n`, ':2'],
  ['data.csv', bytes('text,label\nfine,positive\n', 0xc3, '(,positive\n'), ':3'],
  ['data.csv', `${SECRET}\nfine\n`, 'no column "text"'],
  ['data.csv', 'text,label,text\nfine,positive,x\n', 'more than one column "text"'],
  ['data.csv', 'text,label\n', 'no examples'],
  ['data.csv', '', 'no examples'],
  ['data.parquet', `PAR1${SECRET}PAR1`, 'Parquet'],
  ['data.parquet', '', 'Parquet'],
  ['data.parquet', parquet('class', [0, 1, 1], 'INT32'), 'no column "label"'],
  ['data.parquet', parquet('label', [0, 1, 7], 'INT32'), 'row 3'],
  ['data.tsv', 'text\tlabel\n', '.jsonl'],
])('refuses a bad %s file (%#)', async (name, content, place) => {
  const path = await write(name, content);
  const failure: unknown = await readExamples(path, LABELS).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'BAD_DATA_FILE', message: expect.stringContaining(place) as string });
  expect(failure).toMatchObject({ message: expect.stringContaining(path) as string });
  expect(String(failure)).not.toContain('Alice');
});

// Kills: a missing name taken for one user of that name, and numbers that float64 joins.
test.each([
  [
    'data.jsonl',
    jsonLines([{ user: 'a' }, {}].map((row) => ({ text: 'x', label: 1, ...row }))),
    ':2: "user" is missing',
  ],
  ['data.jsonl', jsonLines([{ text: 'x', label: 1, user: null }]), ':1: "user" is missing'],
  ['data.jsonl', jsonLines([{ text: 'x', label: 1, user: ' \u00a0' }]), ':1: "user" is empty'],
  ['data.jsonl', jsonLines([{ text: 'x', label: 1, user: 2 ** 53 }]), ':1: "user" is neither'],
  ['data.jsonl', jsonLines([{ text: 'x', label: 1, user: 0.5 }]), ':1: "user" is neither'],
  ['data.jsonl', jsonLines([{ text: 'x', label: 1, user: true }]), ':1: "user" is neither'],
  ['data.jsonl', jsonLines([{ text: 'x', label: 1, user: [SECRET] }]), ':1: "user" is neither'],
  ['data.csv', 'text,label,user\nx,1,a\nx,1,\n', ':3: "user" is empty'],
  ['data.csv', `text,label\n${SECRET},1\n`, 'no column "user"'],
  ['data.parquet', parquet('label', [0, 1, 1], 'INT32'), 'no column "user"'],
])('refuses a bad user in a %s file (%#)', async (name, content, fault) => {
  const path = await write(name, content);
  const failure: unknown = await readExamples(path, LABELS, { unitColumn: 'user' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'BAD_DATA_FILE',
    message: expect.stringContaining(path + fault.replace(/^no/, ': has no')) as string,
  });
  expect(String(failure)).not.toContain('Alice');
});

test('names a Parquet text that is not UTF-8', async () => {
  const data = parquetWriteBuffer({
    columnData: [
      { name: 'text', data: [Uint8Array.of(0x61, 0xff)], type: 'BYTE_ARRAY' },
      { name: 'label', data: [0], type: 'INT32' },
    ],
  });
  await expect(readExamples(await write('data.parquet', new Uint8Array(data)), LABELS)).rejects.toMatchObject({
    code: 'BAD_DATA_FILE',
    message: expect.stringContaining('row group 1 (rows 1 to 1): is not sound Parquet') as string,
  });
});

test('names the row group of a Parquet file that is damaged', async () => {
  const data = parquet('label', [0, 1, 1], 'INT32');
  const { row_groups } = parquetMetadata(data.buffer as ArrayBuffer);
  const column = row_groups[1]!.columns[0]!.meta_data!;
  data.fill(0xff, Number(column.data_page_offset), Number(column.data_page_offset) + 8);
  await expect(readExamples(await write('data.parquet', data), LABELS)).rejects.toMatchObject({
    code: 'BAD_DATA_FILE',
    message: expect.stringContaining('row group 2 (rows 3 to 3): is not sound Parquet') as string,
  });
});

test.each(['data.jsonl', 'data.csv', 'data.parquet'])('says that %s is not there', async (name) => {
  await expect(readExamples(`/nowhere/${name}`, LABELS)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: `/nowhere/${name}: no such file`,
  });
});

test('reads texts of a megabyte from every format', async () => {
  const text = 'word '.repeat(200_000);
  expect(await readTexts(await write('data.jsonl', jsonLines([{ text }])))).toEqual([text]);
  expect(await readTexts(await write('data.csv', `text\n"${text}"\n`))).toEqual([text]);
});

const SST2 = fromRoot('../shared/data/sst2/train.jsonl');
test.skipIf(!SST2)('reads a benchmark file whole', async () => {
  const examples = await readExamples(SST2 ?? '', LABELS);
  expect(examples).toHaveLength(6917);
  expect(examples.filter(({ label }) => label === 0)).toHaveLength(3309);
});

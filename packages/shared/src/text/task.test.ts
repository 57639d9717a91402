import { execFileSync } from 'node:child_process';
import { mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal } from '../artifact/folder.fixture.ts';
import { parseTask, readTask } from './task.ts';

const TASK = {
  name: 'sentiment',
  template: '{text} It was {mask}.',
  labels: [
    { name: 'negative', words: ['terrible', 'bad'] },
    { name: 'positive', words: ['great'] },
  ],
  initText: 'Is this review positive or negative?',
  maxLength: 64,
};

async function write(name: string, content: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'softpost-task-')), name);
  await writeFile(path, content);
  return path;
}

test('reads the same task from YAML and from JSON', async () => {
  const yaml = `
name: sentiment
template: "{text} It was {mask}."
labels:
  - { name: negative, words: [terrible, bad] }
  - name: positive
    words: [great]
initText: Is this review positive or negative?
maxLength: 64
`;
  expect(await readTask(await write('task.yaml', yaml))).toEqual(TASK);
  expect(await readTask(await write('task.json', JSON.stringify(TASK)))).toEqual(TASK);
});

test('leaves out what is optional', () => {
  const { name, template, labels } = TASK;
  expect(parseTask({ name, template, labels })).toEqual({ name, template, labels });
});

const [first, second] = TASK.labels;
test.each([
  ['an unknown key', { ...TASK, lables: [] }, /lables/],
  ['an unknown key of a label', { ...TASK, labels: [first, { ...second, word: 'x' }] }, /labels\[1\].*word/],
  ['a missing key', { ...TASK, name: undefined }, /name/],
  ['a label without words', { ...TASK, labels: [first, { name: 'positive', words: [] }] }, /labels\[1\]\.words/],
  ['a blank word', { ...TASK, labels: [first, { name: 'positive', words: ['good', ' '] }] }, /labels\[1\]\.words\[1\]/],
  ['one label', { ...TASK, labels: [first] }, /labels/],
  [
    'a label name used twice',
    { ...TASK, labels: [first, second, { ...first, words: ['poor'] }] },
    /labels\[2\]\.name.*labels\[0\]/,
  ],
  ['a template without {text}', { ...TASK, template: 'It was {mask}' }, /template.*\{text\}/],
  ['a template with two {text}', { ...TASK, template: '{text} {text}' }, /template.*\{text\}/],
  ['a template with two {mask}', { ...TASK, template: '{text} {mask} {mask}' }, /template.*\{mask\}/],
  ['a length that is no integer', { ...TASK, maxLength: 10.5 }, /maxLength/],
  ['a length out of range', { ...TASK, maxLength: 0 }, /maxLength/],
  ['no object', 'sentiment', /expected object/],
])('refuses %s, naming the key', (_, task, message) => {
  expect(() => parseTask(task, 'task.yaml')).toThrow(
    expect.objectContaining({ code: 'BAD_TASK_FILE', message: expect.stringMatching(message) as string }),
  );
  expect(() => parseTask(task, 'task.yaml')).toThrow(/^task\.yaml: /);
});

test('names the file that cannot be read', async () => {
  await expect(readTask('/nowhere/task.yaml')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  for (const path of [
    await write('task.yaml', 'name: [open'),
    await write('task.json', '{"name":'),
    await write('task.yaml', 'name: a\nname: b'),
  ]) {
    await expect(readTask(path)).rejects.toMatchObject({
      code: 'BAD_TASK_FILE',
      message: expect.stringContaining(path) as string,
    });
  }
});

// Kills the mutant that reads whatever is there.
test('a pipe and a huge file are refused', async () => {
  const pipe = `${await write('a.yaml', '')}.pipe`;
  execFileSync('mkfifo', [pipe]);
  await expect(readTask(pipe)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /it is not a file/));
  const huge = await write('task.yaml', '');
  await truncate(huge, 2 ** 40);
  await expect(readTask(huge)).rejects.toMatchObject(refusal('BAD_TASK_FILE', /at most/));
});

// Kills: a label's name in a message as it is, which a terminal obeys.
test('a hostile name cannot steer the terminal that shows the message', () => {
  const label = { name: '\u009b2J\u202e', words: ['x'] };
  expect(() => parseTask({ ...TASK, labels: [label, label] })).toThrow(
    expect.objectContaining(refusal('BAD_TASK_FILE', /^\P{C}*is also the name of labels\[0\]$/u)),
  );
});

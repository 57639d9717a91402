/** @file No mail, near copy or thread lies in two of: private train, private test, public. */
import { expect, test } from 'vitest';
import { splitMail, type LabelledText, type SourcedMail } from './split-mail.ts';

const options = { seed: 0, testShare: 0.4 };

/** `count` mails that share no three words, each a thread of its own. */
function distinct(owner: SourcedMail['owner'], label: SourcedMail['label'], count: number): readonly SourcedMail[] {
  return Array.from({ length: count }, (_, i) => {
    const word = (k: number): string =>
      `${owner}${label}${'abcdefghij'[Math.trunc(i / 10)]}${'abcdefghij'[i % 10]}${'klmnopqrst'[k]}`;
    const subject = [0, 1, 2].map(word).join(' ');
    return { owner, label, subject, text: `${subject}: ${[3, 4, 5, 6, 7, 8, 9].map(word).join(' ')}` };
  });
}

const corpus = [
  ...distinct('private', 'ham', 60),
  ...distinct('private', 'spam', 30),
  ...distinct('public', 'ham', 20),
  ...distinct('public', 'spam', 20),
];
const plain = splitMail(corpus, options);
const texts = (examples: readonly LabelledText[]): readonly string[] => examples.map((example) => example.text);

test('private parts have as many ham as spam, and share nothing', () => {
  for (const part of [plain.privateTrain, plain.privateTest]) {
    expect(part.length).toBeGreaterThan(10);
    expect(part.filter((example) => example.label === 'spam')).toHaveLength(part.length / 2);
  }
  expect(texts(plain.privateTrain).filter((text) => texts(plain.privateTest).includes(text))).toEqual([]);
  expect(plain.publicMail).toHaveLength(40);
});

// Kills: no deduplication; deduplication inside each part only; keeping the public copy.
test('a slightly changed copy of a private mail is not public', () => {
  const original = corpus[0]!;
  const copy: SourcedMail = {
    ...original,
    owner: 'public',
    subject: 'quite another subject',
    text: `FW 99 ${original.text.toUpperCase()}!!`,
  };
  const split = splitMail([copy, ...corpus], options);
  expect(texts(split.publicMail)).not.toContain(copy.text);
  expect(split.dropped.duplicate).toBe(1);
});

// Kills: splitting before deduplication; splitting by mail instead of by thread.
test('a private campaign with one subject lies on one side of the split', () => {
  const campaign = distinct('private', 'spam', 40).map((mail, i) => ({
    ...mail,
    subject: 'lowest mortgage rates',
    text: `Lowest mortgage rates ${i}: ${mail.text}`,
  }));
  const split = splitMail([...distinct('private', 'ham', 60), ...campaign], options);
  const sides = [split.privateTrain, split.privateTest].map(
    (part) => part.filter((example) => example.label === 'spam').length,
  );
  expect(sides).toContain(0);
});

// Kills: comparing mails but not threads across the party line.
test('a public mail of a private thread is left out', () => {
  const reply: SourcedMail = { ...distinct('public', 'ham', 21)[20]!, subject: corpus[3]!.subject };
  const split = splitMail([...corpus, reply], options);
  expect(texts(split.publicMail)).not.toContain(reply.text);
  expect(split.dropped.thread).toBe(1);
});

test('a mail that is both ham and spam goes altogether', () => {
  const contested = corpus.at(-1)!;
  const split = splitMail([...corpus, { ...contested, label: 'ham' }], options);
  expect(texts(split.publicMail)).not.toContain(contested.text);
});

test('what an English model cannot read is left out', () => {
  const korean: SourcedMail = { owner: 'public', label: 'spam', subject: '', text: '안녕하세요 '.repeat(20) };
  expect(splitMail([...corpus, korean, { ...korean, text: 'Hi there' }], options).dropped.unreadable).toBe(2);
});

test('the order of the files does not matter to who is held out', () => {
  const reversed = splitMail(corpus.toReversed(), options);
  expect(texts(reversed.privateTest).toSorted()).toEqual(texts(plain.privateTest).toSorted());
});

/** @file Private train, private test and public mail, with no mail, near copy or thread in two of them. */
import { draw, shuffled } from './draw.ts';
import { nearDuplicateClusters } from './near-duplicates.ts';

export type MailLabel = 'ham' | 'spam';

export interface LabelledText {
  readonly text: string;
  readonly label: MailLabel;
}

export interface SourcedMail extends LabelledText {
  readonly subject: string;
  readonly owner: 'private' | 'public';
}

export interface MailSplit {
  readonly privateTrain: readonly LabelledText[];
  readonly privateTest: readonly LabelledText[];
  readonly publicMail: readonly LabelledText[];
  /** How many mails were left out, and why. */
  readonly dropped: {
    readonly unreadable: number;
    readonly duplicate: number;
    readonly thread: number;
    readonly balance: number;
  };
}

export interface SplitOptions {
  readonly seed: number;
  /** Share of the private threads held out. */
  readonly testShare: number;
}

/**
 * 1. Leaves out what an English model cannot read (see `isReadable`).
 * 2. Keeps one mail of each cluster of near duplicates: the private one where there is one, so that nothing private is public;
 *    a cluster with both labels goes altogether.
 * 3. Leaves out public mails whose thread (same subject) is also private, and keeps each private thread on one side of the split.
 * 4. Draws as many ham as spam for each private part, so that accuracy reads against 50 %.
 * All choices are functions of the seed and the mails.
 */
export function splitMail(mails: readonly SourcedMail[], { seed, testShare }: SplitOptions): MailSplit {
  const readable = mails.filter((mail) => isReadable(mail.text));
  const unique = withoutDuplicates(
    readable.toSorted((a, b) => Number(a.owner === 'public') - Number(b.owner === 'public')),
  );
  const privateMails = unique.filter((mail) => mail.owner === 'private');
  const privateThreads = new Set(privateMails.map(thread));
  const publicMails = unique.filter((mail) => mail.owner === 'public');
  const publicKept = publicMails.filter((mail) => !privateThreads.has(thread(mail)));

  const heldOut = (mail: SourcedMail): boolean => draw(seed, thread(mail)) < testShare;
  const privateTrain = balanced(
    privateMails.filter((mail) => !heldOut(mail)),
    seed,
  );
  const privateTest = balanced(privateMails.filter(heldOut), seed);
  return {
    privateTrain,
    privateTest,
    publicMail: examples(publicKept, seed),
    dropped: {
      unreadable: mails.length - readable.length,
      duplicate: readable.length - unique.length,
      thread: publicMails.length - publicKept.length,
      balance: privateMails.length - privateTrain.length - privateTest.length,
    },
  };
}

const SHORTEST_WORDS = 8;
const LEAST_ASCII = 0.95;

/** At least eight words, and at least 95 % ASCII characters (the corpus has Korean and Chinese spam, but no such ham). */
function isReadable(text: string): boolean {
  const words = text.match(/[a-z]+/gi) ?? [];
  const ascii = text.match(/[ -~]/g) ?? [];
  return words.length >= SHORTEST_WORDS && ascii.length >= LEAST_ASCII * text.length;
}

function withoutDuplicates(mails: readonly SourcedMail[]): readonly SourcedMail[] {
  const clusters = nearDuplicateClusters(mails.map((mail) => mail.text));
  const contested = new Set(clusters.filter((first, i) => mails[first]!.label !== mails[i]!.label));
  return mails.filter((_, i) => clusters[i] === i && !contested.has(i));
}

/** Mails of one thread or campaign share it; a subject of one or two words ("Hi") says too little to tell a thread by. */
function thread(mail: SourcedMail): string {
  const words = mail.subject.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.length >= 3 ? words.join(' ') : mail.text;
}

function balanced(mails: readonly SourcedMail[], seed: number): readonly LabelledText[] {
  const ordered = shuffled(mails, seed, (mail) => mail.text);
  const ham = ordered.filter((mail) => mail.label === 'ham');
  const spam = ordered.filter((mail) => mail.label === 'spam');
  const each = Math.min(ham.length, spam.length);
  return examples([...ham.slice(0, each), ...spam.slice(0, each)], seed + 1);
}

function examples(mails: readonly SourcedMail[], seed: number): readonly LabelledText[] {
  return shuffled(mails, seed, (mail) => mail.text).map(({ text, label }) => ({ text, label }));
}

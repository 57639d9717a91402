/** @file The demo's task fits the reference model and the mail. */
import { fileURLToPath } from 'node:url';
import { loadTokenizer } from '@softpost/shared/text/tokenizer';
import { readTask } from '@softpost/shared/text/task';
import { compileVerbalizer } from '@softpost/shared/text/verbalizer';
import { expect, test } from 'vitest';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test('each label word is one token of the reference model, and no two labels share one', async () => {
  const task = await readTask(path('spam.task.yaml'));
  const tokenizer = await loadTokenizer(path('../models/softpost-ref-clm'));
  expect(() => compileVerbalizer(tokenizer, task.labels)).not.toThrow();
  for (const word of task.labels.flatMap((label) => label.words))
    expect(tokenizer.encode(` ${word}`, { specialTokens: false })).toHaveLength(1);
  expect(task.labels.map((label) => label.name)).toEqual(['ham', 'spam']);
});

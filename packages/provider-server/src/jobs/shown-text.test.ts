import { expect, test } from 'vitest';
import { shownText } from './shown-text.ts';

test.each([
  ['/srv/data/public.txt has too few texts', 'public.txt has too few texts'],
  ['cannot write /var/lib/softpost/work/3f-1/out: no space left', 'cannot write out: no space left'],
  ['("/a/b.c_d/e f")', '("e f")'],
  ['3/4 of https://example.org/a/b, and/or L1', '3/4 of https://example.org/a/b, and/or L1'],
])('%s', (message, shown) => expect(shownText(message)).toBe(shown));

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { findCanaries, FORM_NAMES, FORMS, type Canary } from './canaries.ts';

const canaries: readonly Canary[] = [
  { text: 'canary 0 sings 17f3a9c2 to nobody', tokens: [301, 12, 977, 4000, 65, 128, 127, 7000, 3] },
  { text: 'canary 1 sings é ∈ to nobody else', tokens: [302, 12, 977, 4001, 66, 129, 126, 7001, 3] },
];

// Kills: a form without traces that fit it; a trace so short that anything has it.
test.for(FORM_NAMES)('a canary is found as %s, and only the one that is there', (form) => {
  const around = [randomBytes(1001), FORMS[form].written(canaries[1]!), randomBytes(1001)];
  expect(findCanaries(canaries, [randomBytes(1e6)])).toEqual([]);
  const findings = findCanaries(canaries, [randomBytes(100), Buffer.concat(around)]);
  expect(findings).toContainEqual({ canary: 1, form });
  expect(findings.filter(({ canary }) => canary !== 1)).toEqual([]);
});

// Kills: whole tokens as a trace, of which the outer ones are others in another text; base64 with the ends that its neighbours mix into.
test('what stands beside a canary hides it in no form', () => {
  const { text, tokens } = canaries[0]!;
  const inText = `Reply: ${text}, she wrote.`;
  const inTokens = [5, 9, ...tokens.slice(1, -1), 8, 5];
  const places = ['base64', 'base64url'] as const;
  for (const before of ['', 'x', 'xx']) {
    for (const place of places) {
      const found = findCanaries(canaries, [Buffer.from(Buffer.from(before + inText).toString(place))]);
      expect(found.map(({ canary }) => canary)).toContain(0);
    }
  }
  expect(findCanaries(canaries, [Buffer.from(JSON.stringify(inTokens))])).toEqual([
    { canary: 0, form: 'tokens in JSON' },
  ]);
  expect(findCanaries(canaries, [Buffer.from(new Int32Array(inTokens).buffer)])).toEqual([
    { canary: 0, form: 'tokens of 32 bits' },
  ]);
});

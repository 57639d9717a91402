import { expect, test } from 'vitest';
import { refusal } from '../artifact/folder.fixture.ts';
import { canonicalJson } from './canonical-json.ts';

// RFC 8785, section 3.2.2 and 3.2.3: its own input, and its own expected bytes.
test('the example of the standard', () => {
  const value: unknown = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`);
  expect(canonicalJson(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
      String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

// Kills: keys sorted by code point or by locale. The emoji is two code units, the first of them below that of the letter dalet.
test('keys are sorted by UTF-16 code units, as in the example of section 3.2.3', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  const order = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name);
  expect(order).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

// Appendix B of the standard.
test.each([
  [0, '0'],
  [-0, '0'],
  [Number.MIN_VALUE, '5e-324'],
  [Number.MAX_VALUE, '1.7976931348623157e+308'],
  [9007199254740992, '9007199254740992'],
  [295147905179352830000, '295147905179352830000'],
  [1e21, '1e+21'],
  [9.999999999999997e22, '9.999999999999997e+22'],
  [0.000001, '0.000001'],
  [0.0000001, '1e-7'],
  [1424953923781206.25, '1424953923781206.2'],
])('the number %d is written %s', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([
  ['NaN', NaN],
  ['an infinity', [-Infinity]],
  ['half of a surrogate pair', { a: '\ud800' }],
  ['half of a surrogate pair in a key', { '\udead': 1 }],
  ['undefined', { a: undefined }],
  ['a big integer', 1n],
  ['a function', () => 1],
])('%s is refused', (_, value) => {
  const fault = /no canonical JSON form/;
  expect(() => canonicalJson(value)).toThrow(expect.objectContaining(refusal('ENGINE', fault)));
  expect(() => canonicalJson(value, 'BAD_RECEIPT')).toThrow(expect.objectContaining(refusal('BAD_RECEIPT', fault)));
});

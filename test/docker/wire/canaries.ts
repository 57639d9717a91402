/** @file Private texts that are looked for, and the forms in which they are known again. */

export interface Canary {
  readonly text: string;
  /** Of the text, by the tokenizer that the owner uses. */
  readonly tokens: readonly number[];
}

/** How a text can be written. `written` gives the bytes that a leak of this form has; a trace is what such bytes contain, whatever stands around it. */
interface Form {
  readonly written: (canary: Canary) => Buffer;
  readonly traces: (canary: Canary) => readonly Buffer[];
}

/** Tokens at the ends may be others where other text stands beside. */
const LOOSE_TOKENS = 2;

const inner = ({ tokens }: Canary): readonly number[] => tokens.slice(LOOSE_TOKENS, -LOOSE_TOKENS);

function simple(write: (canary: Canary) => string | Buffer): Form {
  const written = (canary: Canary): Buffer => Buffer.from(write(canary) as string);
  return { written, traces: (canary) => [written(canary)] };
}

function ofTokens(write: (tokens: readonly number[]) => string | Buffer): Form {
  return {
    written: ({ tokens }) => Buffer.from(write(tokens) as string),
    traces: (canary) => [Buffer.from(write(inner(canary)) as string)],
  };
}

/** In base64 a text looks otherwise after one or two more bytes; its ends are mixed with what stands beside it. */
function base64(before: 0 | 1 | 2, encoding: 'base64' | 'base64url'): Form {
  const encode = ({ text }: Canary): string => Buffer.from('x'.repeat(before) + text).toString(encoding);
  const mixed = [0, 2, 3][before]!;
  return {
    written: (canary) => Buffer.from(encode(canary)),
    traces: (canary) => {
      const whole = Math.floor((before + Buffer.byteLength(canary.text)) / 3) * 4;
      return [Buffer.from(encode(canary).slice(mixed, whole))];
    },
  };
}

function binary(bytes: 2 | 4 | 8): (tokens: readonly number[]) => Buffer {
  return (tokens) =>
    Buffer.concat(
      tokens.map((token) => {
        const one = Buffer.alloc(bytes);
        one.writeUIntLE(token, 0, Math.min(bytes, 6));
        return one;
      }),
    );
}

/** As protobuf has numbers. */
function varints(tokens: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (let token of tokens) {
    for (; token >= 128; token >>>= 7) bytes.push((token & 127) | 128);
    bytes.push(token);
  }
  return Buffer.from(bytes);
}

export const FORMS = {
  text: simple(({ text }) => text),
  'text of 16 bits': simple(({ text }) => Buffer.from(text, 'utf16le')),
  hex: simple(({ text }) => Buffer.from(text).toString('hex')),
  'hex in capitals': simple(({ text }) => Buffer.from(text).toString('hex').toUpperCase()),
  base64: base64(0, 'base64'),
  'base64, one byte further': base64(1, 'base64'),
  'base64, two bytes further': base64(2, 'base64'),
  'base64 for URLs': base64(0, 'base64url'),
  'tokens in JSON': ofTokens((tokens) => JSON.stringify(tokens).slice(1, -1)),
  'tokens with spaces': ofTokens((tokens) => tokens.join(' ')),
  'tokens with commas and spaces': ofTokens((tokens) => tokens.join(', ')),
  'tokens of 16 bits': ofTokens(binary(2)),
  'tokens of 32 bits': ofTokens(binary(4)),
  'tokens of 64 bits': ofTokens(binary(8)),
  'tokens of protobuf': ofTokens(varints),
} as const satisfies Readonly<Record<string, Form>>;

export type FormName = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as readonly FormName[];

export interface Finding {
  /** Index of the canary. */
  readonly canary: number;
  readonly form: FormName;
}

/** Each canary and form once, in their order, that is in any of the places. */
export function findCanaries(canaries: readonly Canary[], places: readonly Buffer[]): readonly Finding[] {
  return canaries.flatMap((canary, i) =>
    FORM_NAMES.filter((form) =>
      FORMS[form].traces(canary).some((trace) => places.some((place) => place.includes(trace))),
    ).map((form) => ({ canary: i, form })),
  );
}

/** @file A cursor over JSON text that yields only what the caller asks for next, and refuses keys that come twice. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const INTEGER = /0|[1-9]\d{0,15}/y;

export class JsonScanner {
  readonly #text: string;
  readonly #fail: (fault: string) => never;
  #at = 0;

  /** `fail` is called with what is wrong and where, and never returns. */
  constructor(text: string, fail: (fault: string) => never) {
    this.#text = text;
    this.#fail = fail;
  }

  /** An object of at most `maxMembers`; `member` is called with each key and must read its value. */
  object(maxMembers: number, member: (key: string) => void): void {
    const seen = new Set<string>();
    this.#expect('{');
    if (this.#take('}')) return;
    do {
      const key = this.string();
      if (seen.has(key)) this.#stop('this key came before');
      if (seen.size === maxMembers) this.#stop(`more than ${maxMembers} members`);
      seen.add(key);
      this.#expect(':');
      member(key);
    } while (this.#take(','));
    this.#expect('}');
  }

  /** An array of at most `maxLength` integers, each from 0 to 2^53 - 1 and written in plain digits. */
  integers(maxLength: number): number[] {
    const values: number[] = [];
    this.#expect('[');
    if (this.#take(']')) return values;
    do {
      if (values.length === maxLength) this.#stop(`more than ${maxLength} numbers`);
      values.push(this.#integer());
    } while (this.#take(','));
    this.#expect(']');
    return values;
  }

  string(): string {
    this.#expect('"');
    const start = this.#at;
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) {
        this.#at = at + 1;
        return this.#unescape(this.#text.slice(start - 1, this.#at));
      }
    }
    return this.#stop('this string has no end');
  }

  /** Only white space may follow. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#stop('expected the end');
  }

  #unescape(quoted: string): string {
    let value = '';
    try {
      value = JSON.parse(quoted) as string;
    } catch {
      this.#stop('this string is not valid JSON');
    }
    return value.isWellFormed() ? value : this.#stop('this string is not valid Unicode');
  }

  #integer(): number {
    this.#skipSpace();
    INTEGER.lastIndex = this.#at;
    const digits = INTEGER.exec(this.#text)?.[0] ?? '';
    const value = Number(digits);
    if (digits === '' || !Number.isSafeInteger(value)) this.#stop('expected an integer from 0 to 2^53 - 1');
    this.#at += digits.length;
    return value;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    const found = this.#text[this.#at] === character;
    if (found) this.#at++;
    return found;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#stop(`expected ${character}`);
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '?')) this.#at++;
  }

  #stop(fault: string): never {
    return this.#fail(`${fault} (character ${this.#at})`);
  }
}

/** @file HTML from template strings: what is put in is escaped, unless it is HTML itself. */

/** Text that is HTML already; only `html` makes it. */
class Html {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type { Html };

type Part = string | number | Html | readonly Html[];

/** Strings and numbers are escaped, lists of HTML are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(toSource)));
}

/** A value as JSON that can stand in a script element: "</script" cannot occur in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}

function toSource(part: Part): string {
  if (part instanceof Html) return part.source;
  if (typeof part === 'object') return part.map((item) => item.source).join('\n');
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

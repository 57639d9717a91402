/** @file What a tenant may read of a message: the names of files, and not where they lie on the provider's machines. */

const ABSOLUTE_PATH = /(?<![\w.:/-])(?:\/[\w.@+-]+)+\/([\w.@+-]+)/g;

export function shownText(message: string): string {
  return message.replace(ABSOLUTE_PATH, '$1');
}

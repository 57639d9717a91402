/** @file Ends a text at the first stop string, also where it begins in one piece and ends in another. */

export interface StopStrings {
  /** What may be shown after one more piece; text that can still become a stop string is held back. */
  push(piece: string): { readonly text: string; readonly stopped: boolean };
  /** What was held back, when the text ends here. */
  rest(): string;
}

/** @param stops none of them empty */
export function createStopStrings(stops: readonly string[]): StopStrings {
  let held = '';
  return {
    push: (piece) => {
      held += piece;
      const found = stops.map((stop) => held.indexOf(stop)).filter((at) => at >= 0);
      if (found.length > 0) return { text: held.slice(0, Math.min(...found)), stopped: true };
      const shown = held.length - Math.max(0, ...stops.map((stop) => beginningAtEnd(held, stop)));
      const text = held.slice(0, shown);
      held = held.slice(shown);
      return { text, stopped: false };
    },
    rest: () => held,
  };
}

/** Length of the longest end of `text` that `stop` begins with. */
function beginningAtEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--)
    if (text.endsWith(stop.slice(0, length))) return length;
  return 0;
}

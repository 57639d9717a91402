/** @file Text on its way from a writer to a reader that may be slower: what waits is joined, and there is no more than was asked for. */

export interface Pieces {
  add(piece: string): void;
  end(): void;
  /** Until the end. */
  read(): AsyncGenerator<string>;
}

export function createPieces(): Pieces {
  const state = { waiting: '', hasEnded: false, wake: (): void => undefined };
  return {
    add: (piece) => {
      state.waiting += piece;
      state.wake();
    },
    end: () => {
      state.hasEnded = true;
      state.wake();
    },
    read: async function* () {
      while (state.waiting !== '' || !state.hasEnded) {
        if (state.waiting === '') await new Promise<void>((resolve) => (state.wake = resolve));
        const text = state.waiting;
        state.waiting = '';
        if (text !== '') yield text;
      }
    },
  };
}

/** @file Label words as token ids: a label's score is the mean logit over its words (POST, arXiv 2506.16196, Table 9). */
import { SoftpostError } from '../errors.ts';
import type { TaskLabel } from './task.ts';
import type { Tokenizer } from './tokenizer.ts';

/** W label words of all labels, in the order of the labels. */
export interface Verbalizer {
  /** [W] token ids, distinct. */
  readonly wordIds: Int32Array;
  /** [W] index of the label that a word belongs to. */
  readonly labelOf: Int32Array;
  /** [W, labels] row-major: 1 / (words of the label) where the word belongs to it, else 0: scores = wordLogits · meanWeights. */
  readonly meanWeights: Float32Array;
  readonly labelCount: number;
}

/**
 * Takes the first token of each label word as it stands after a space in running text. Words of one label that begin
 * alike count once.
 *
 * @throws SoftpostError BAD_VERBALIZER naming the words, when words of two labels begin with the same token, or when the
 *   vocabulary has no token for the beginning of a word
 */
export function compileVerbalizer(tokenizer: Tokenizer, labels: readonly TaskLabel[]): Verbalizer {
  const owners = new Map<number, { readonly label: number; readonly word: string }>();
  for (const [label, { words }] of labels.entries()) {
    for (const word of words) {
      const id = firstToken(tokenizer, word);
      const owner = owners.get(id);
      if (owner && owner.label !== label) {
        const names = [labels[owner.label]?.name, labels[label]?.name];
        throw new SoftpostError(
          'BAD_VERBALIZER',
          `"${owner.word}" of label "${names[0]}" and "${word}" of label "${names[1]}" begin with the same token`,
        );
      }
      if (!owner) owners.set(id, { label, word });
    }
  }
  const labelOf = Int32Array.from([...owners.values()], ({ label }) => label);
  const sizes = labels.map((_, label) => labelOf.filter((owner) => owner === label).length);
  const meanWeights = new Float32Array(labelOf.length * labels.length);
  for (const [row, label] of labelOf.entries()) meanWeights[row * labels.length + label] = 1 / (sizes[label] ?? 1);
  return { wordIds: Int32Array.from(owners.keys()), labelOf, meanWeights, labelCount: labels.length };
}

/** Read off behind another word: some tokenizers (Metaspace) set a space before the first word of their own accord. */
function firstToken(tokenizer: Tokenizer, word: string): number {
  const context = tokenizer.encode('a', { specialTokens: false });
  const withWord = tokenizer.encode(`a ${word}`, { specialTokens: false });
  const id = withWord.find((token, index) => token !== context[index]);
  if (id === undefined || tokenizer.specialIds.has(id))
    throw new SoftpostError('BAD_VERBALIZER', `"${word}": the vocabulary has no token for its beginning`);
  return id;
}

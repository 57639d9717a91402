/** @file Multinomial naive Bayes over words: what a bag of words reaches on the same data, without a language model or privacy. */
import type { LabelledText } from './split-mail.ts';

/** Share of `test` labelled rightly after training on `train` (add-one smoothing; words unseen in training are left out). */
export function naiveBayesAccuracy(train: readonly LabelledText[], test: readonly LabelledText[]): number {
  const labels = [...new Set(train.map((example) => example.label))];
  const vocabulary = new Set(train.flatMap((example) => words(example.text)));
  const scorers = labels.map((label) => {
    const texts = train.filter((example) => example.label === label).map((example) => words(example.text));
    const counts = new Map<string, number>();
    for (const word of texts.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
    const total = texts.flat().length + vocabulary.size;
    const prior = Math.log(texts.length / train.length);
    const logLikelihood = (word: string): number => Math.log(((counts.get(word) ?? 0) + 1) / total);
    return {
      label,
      score: (text: string) =>
        words(text).reduce((sum, word) => (vocabulary.has(word) ? sum + logLikelihood(word) : sum), prior),
    };
  });
  const predict = (text: string): string =>
    scorers
      .map(({ label, score }) => ({ label, value: score(text) }))
      .reduce((best, next) => (next.value > best.value ? next : best)).label;
  return test.filter((example) => predict(example.text) === example.label).length / test.length;
}

/** Share of the most frequent label of `train` in `test`. */
export function majorityAccuracy(train: readonly LabelledText[], test: readonly LabelledText[]): number {
  const spam = train.filter((example) => example.label === 'spam').length;
  const majority = spam > train.length / 2 ? 'spam' : 'ham';
  return test.filter((example) => example.label === majority).length / test.length;
}

function words(text: string): readonly string[] {
  return text.toLowerCase().match(/\p{L}+|\$|!/gu) ?? [];
}

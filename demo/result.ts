/** @file What one run of the demo found out: the typed object behind the terminal table and the HTML report. Safe to write as JSON. */

/** Ways to get a prompted model, in the order shown. */
export const METHODS = {
  majority: { name: 'Majority class', explanation: 'always answers with the more frequent label' },
  zeroShot: { name: 'Teacher, zero-shot', explanation: 'the template and label words alone, no private data' },
  student: {
    name: 'Student + prompt',
    explanation: 'tuned by the owner on the private mail; stays on site (compressed prompt tuning)',
  },
  direct: { name: 'Teacher + student’s prompt', explanation: 'the released prompt used as it is (direct transfer)' },
  post: { name: 'Teacher + POST', explanation: 'the released prompt transferred with public text only' },
  teacherTuned: {
    name: 'Teacher, tuned on private mail',
    explanation: 'upper bound: the provider would have to see the mail',
  },
  bagOfWords: { name: 'Bag of words', explanation: 'naive Bayes trained on the private mail, no language model' },
} as const satisfies Record<string, { readonly name: string; readonly explanation: string }>;

export type Method = keyof typeof METHODS;

export interface AccuracyRow {
  readonly method: Method;
  /** Share of the held-out mails labelled rightly, in [0, 1], one number a seed; empty where the method was not run so. */
  readonly withoutDp: readonly number[];
  readonly withDp: readonly number[];
}

/** The guarantee of the released prompt; what the numbers mean is in docs/privacy.md. */
export interface PrivacyStatement {
  readonly epsilon: number;
  readonly delta: number;
  readonly noiseMultiplier: number;
  readonly samplingRate: number;
  readonly steps: number;
  readonly clipNorm: number;
  /** Which data sets count as neighbours, such as `add or remove one`. */
  readonly adjacency: string;
  /** What one record is, such as `one mail`. */
  readonly unit: string;
  readonly accountant: string;
}

export interface LossSeries {
  readonly name: string;
  readonly steps: readonly number[];
  /** As many as `steps`. */
  readonly losses: readonly number[];
}

/** One plot: the loss of one step of the method, a series a run. */
export interface LossPlot {
  readonly title: string;
  readonly explanation: string;
  readonly series: readonly LossSeries[];
}

export interface ModelFacts {
  readonly name: string;
  readonly layers: number;
  readonly parameters: number;
}

/** All messages of one kind. */
export interface SentMessage {
  readonly name: string;
  readonly count: number;
  /** Of all of them, as they were sent but for encryption. */
  readonly bytes: number;
  /** `field: origin`; the origins are those of docs/owner.md. */
  readonly fields: readonly string[];
}

export interface DemoResult {
  readonly task: {
    readonly template: string;
    readonly labels: readonly { readonly name: string; readonly words: readonly string[] }[];
    readonly source: string;
    readonly privateTrain: number;
    readonly privateTest: number;
    readonly publicTexts: number;
  };
  readonly teacher: ModelFacts;
  readonly student: ModelFacts;
  readonly virtualTokens: number;
  readonly seeds: readonly number[];
  readonly accuracy: readonly AccuracyRow[];
  readonly privacy: PrivacyStatement;
  readonly lossPlots: readonly LossPlot[];
  /** What left the owner's site, by the record that its program kept. */
  readonly crossing: {
    /** Of the record's chain. */
    readonly head: string;
    readonly messages: readonly SentMessage[];
  };
  readonly timings: readonly { readonly step: string; readonly seconds: number }[];
  readonly versions: Readonly<Record<string, string>>;
  /** What to type to get these numbers again. */
  readonly commands: readonly string[];
}

export interface Summary {
  readonly mean: number;
  /** Standard error of the mean over seeds; undefined for one seed. */
  readonly standardError: number | undefined;
}

/** Mean and standard error (sample standard deviation / √n); undefined for no values. */
export function summarise(values: readonly number[]): Summary | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, standardError: undefined };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, standardError: Math.sqrt(variance / n) };
}

/** `81.2 ± 0.4` in per cent, `81.2` for one seed, `–` where nothing was run. */
export function percent(values: readonly number[]): string {
  const summary = summarise(values);
  if (!summary) return '–';
  const mean = (100 * summary.mean).toFixed(1);
  return summary.standardError === undefined ? mean : `${mean} ± ${(100 * summary.standardError).toFixed(1)}`;
}

/** Epsilon for people: three decimals, rounded up, because it is an upper bound. */
export function epsilonText(epsilon: number): string {
  return String(Math.ceil(epsilon * 1000) / 1000);
}

/** Standard error that a test set of this size alone gives an accuracy, in [0, 1] (binomial). */
export function samplingError(accuracy: number, testSize: number): number {
  return Math.sqrt((accuracy * (1 - accuracy)) / testSize);
}

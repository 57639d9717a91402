/** @file What an inference cost, as the provider counts it. */

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Rows of the soft prompt. */
  readonly virtualTokens: number;
}

/** Of a provider that does not say. */
export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, virtualTokens: 0 };

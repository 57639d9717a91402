// Original file: ../../proto/softpost/v1/transfers.proto

export const Comparison = {
  COMPARISON_UNSPECIFIED: 'COMPARISON_UNSPECIFIED',
  COMPARISON_VOCABULARY: 'COMPARISON_VOCABULARY',
  COMPARISON_LABELS: 'COMPARISON_LABELS',
} as const;

export type Comparison =
  | 'COMPARISON_UNSPECIFIED'
  | 0
  | 'COMPARISON_VOCABULARY'
  | 1
  | 'COMPARISON_LABELS'
  | 2

export type Comparison__Output = typeof Comparison[keyof typeof Comparison]

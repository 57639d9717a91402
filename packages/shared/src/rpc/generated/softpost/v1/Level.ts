// Original file: ../../proto/softpost/v1/jobs.proto

export const Level = {
  LEVEL_UNSPECIFIED: 'LEVEL_UNSPECIFIED',
  LEVEL_INFO: 'LEVEL_INFO',
  LEVEL_WARNING: 'LEVEL_WARNING',
  LEVEL_ERROR: 'LEVEL_ERROR',
} as const;

export type Level =
  | 'LEVEL_UNSPECIFIED'
  | 0
  | 'LEVEL_INFO'
  | 1
  | 'LEVEL_WARNING'
  | 2
  | 'LEVEL_ERROR'
  | 3

export type Level__Output = typeof Level[keyof typeof Level]

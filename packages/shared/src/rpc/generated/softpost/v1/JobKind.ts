// Original file: ../../proto/softpost/v1/jobs.proto

export const JobKind = {
  JOB_KIND_UNSPECIFIED: 'JOB_KIND_UNSPECIFIED',
  JOB_KIND_DISTILL: 'JOB_KIND_DISTILL',
  JOB_KIND_PUBLISH: 'JOB_KIND_PUBLISH',
  JOB_KIND_TRANSFER: 'JOB_KIND_TRANSFER',
  JOB_KIND_EVALUATE: 'JOB_KIND_EVALUATE',
} as const;

export type JobKind =
  | 'JOB_KIND_UNSPECIFIED'
  | 0
  | 'JOB_KIND_DISTILL'
  | 1
  | 'JOB_KIND_PUBLISH'
  | 2
  | 'JOB_KIND_TRANSFER'
  | 3
  | 'JOB_KIND_EVALUATE'
  | 4

export type JobKind__Output = typeof JobKind[keyof typeof JobKind]

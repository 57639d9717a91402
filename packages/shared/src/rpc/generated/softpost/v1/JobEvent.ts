// Original file: ../../proto/softpost/v1/jobs.proto

import type { JobState as _softpost_v1_JobState, JobState__Output as _softpost_v1_JobState__Output } from '../../softpost/v1/JobState.ts';
import type { Level as _softpost_v1_Level, Level__Output as _softpost_v1_Level__Output } from '../../softpost/v1/Level.ts';
import type { Long } from '@grpc/proto-loader';

export interface JobEvent {
  'number'?: (number | string | Long);
  'state'?: (_softpost_v1_JobState);
  'level'?: (_softpost_v1_Level);
  'message'?: (string);
  'phase'?: (string);
  'step'?: (number);
  'steps'?: (number);
  'metrics'?: ({[key: string]: number | string});
}

export interface JobEvent__Output {
  'number': (number);
  'state': (_softpost_v1_JobState__Output);
  'level': (_softpost_v1_Level__Output);
  'message': (string);
  'phase': (string);
  'step': (number);
  'steps': (number);
  'metrics': ({[key: string]: number});
}

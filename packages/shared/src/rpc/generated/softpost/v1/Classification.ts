// Original file: ../../proto/softpost/v1/inference.proto

import type { LabelScore as _softpost_v1_LabelScore, LabelScore__Output as _softpost_v1_LabelScore__Output } from '../../softpost/v1/LabelScore.ts';

export interface Classification {
  'label'?: (string);
  'scores'?: (_softpost_v1_LabelScore)[];
}

export interface Classification__Output {
  'label': (string);
  'scores': (_softpost_v1_LabelScore__Output)[];
}

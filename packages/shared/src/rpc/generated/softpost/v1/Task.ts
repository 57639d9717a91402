// Original file: ../../proto/softpost/v1/transfers.proto

import type { Label as _softpost_v1_Label, Label__Output as _softpost_v1_Label__Output } from '../../softpost/v1/Label.ts';

export interface Task {
  'name'?: (string);
  'template'?: (string);
  'labels'?: (_softpost_v1_Label)[];
  'initText'?: (string);
  'maxLength'?: (number);
}

export interface Task__Output {
  'name': (string);
  'template': (string);
  'labels': (_softpost_v1_Label__Output)[];
  'initText': (string);
  'maxLength': (number);
}

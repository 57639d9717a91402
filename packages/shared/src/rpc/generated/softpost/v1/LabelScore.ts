// Original file: ../../proto/softpost/v1/inference.proto


export interface LabelScore {
  'label'?: (string);
  'probability'?: (number | string);
}

export interface LabelScore__Output {
  'label': (string);
  'probability': (number);
}

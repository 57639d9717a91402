// Original file: ../../proto/softpost/v1/transfers.proto


export interface Label {
  'name'?: (string);
  'words'?: (string)[];
}

export interface Label__Output {
  'name': (string);
  'words': (string)[];
}

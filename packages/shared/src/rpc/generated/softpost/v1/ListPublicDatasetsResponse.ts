// Original file: ../../proto/softpost/v1/public_data.proto

import type { PublicDataset as _softpost_v1_PublicDataset, PublicDataset__Output as _softpost_v1_PublicDataset__Output } from '../../softpost/v1/PublicDataset.ts';

export interface ListPublicDatasetsResponse {
  'datasets'?: (_softpost_v1_PublicDataset)[];
}

export interface ListPublicDatasetsResponse__Output {
  'datasets': (_softpost_v1_PublicDataset__Output)[];
}

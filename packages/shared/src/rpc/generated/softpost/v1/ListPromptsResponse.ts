// Original file: ../../proto/softpost/v1/prompts.proto

import type { Prompt as _softpost_v1_Prompt, Prompt__Output as _softpost_v1_Prompt__Output } from '../../softpost/v1/Prompt.ts';

export interface ListPromptsResponse {
  'prompts'?: (_softpost_v1_Prompt)[];
  'nextPageToken'?: (string);
}

export interface ListPromptsResponse__Output {
  'prompts': (_softpost_v1_Prompt__Output)[];
  'nextPageToken': (string);
}

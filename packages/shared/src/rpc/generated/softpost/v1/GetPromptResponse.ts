// Original file: ../../proto/softpost/v1/prompts.proto

import type { Prompt as _softpost_v1_Prompt, Prompt__Output as _softpost_v1_Prompt__Output } from '../../softpost/v1/Prompt.ts';

export interface GetPromptResponse {
  'prompt'?: (_softpost_v1_Prompt | null);
  'files'?: ({[key: string]: Buffer | Uint8Array | string});
}

export interface GetPromptResponse__Output {
  'prompt': (_softpost_v1_Prompt__Output | null);
  'files': ({[key: string]: Buffer});
}

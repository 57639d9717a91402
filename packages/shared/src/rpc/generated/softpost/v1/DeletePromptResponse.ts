// Original file: ../../proto/softpost/v1/prompts.proto


export interface DeletePromptResponse {
}

export interface DeletePromptResponse__Output {
}

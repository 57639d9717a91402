// Original file: ../../proto/softpost/v1/admin.proto


export interface RevokeApiKeyResponse {
}

export interface RevokeApiKeyResponse__Output {
}

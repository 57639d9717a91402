// Original file: ../../proto/softpost/v1/admin.proto


export interface ListTenantsRequest {
}

export interface ListTenantsRequest__Output {
}

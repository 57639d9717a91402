// Original file: ../../proto/softpost/v1/public_data.proto


export interface ListPublicDatasetsRequest {
}

export interface ListPublicDatasetsRequest__Output {
}

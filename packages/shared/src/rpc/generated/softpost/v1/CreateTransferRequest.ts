// Original file: ../../proto/softpost/v1/transfers.proto

import type { Task as _softpost_v1_Task, Task__Output as _softpost_v1_Task__Output } from '../../softpost/v1/Task.ts';
import type { TransferOptions as _softpost_v1_TransferOptions, TransferOptions__Output as _softpost_v1_TransferOptions__Output } from '../../softpost/v1/TransferOptions.ts';

export interface CreateTransferRequest {
  'idempotencyKey'?: (string);
  'studentId'?: (string);
  'studentVersion'?: (number);
  'prompt'?: (Buffer | Uint8Array | string);
  'receipt'?: (string);
  'signedEnvelope'?: (string);
  'task'?: (_softpost_v1_Task | null);
  'options'?: (_softpost_v1_TransferOptions | null);
}

export interface CreateTransferRequest__Output {
  'idempotencyKey': (string);
  'studentId': (string);
  'studentVersion': (number);
  'prompt': (Buffer);
  'receipt': (string);
  'signedEnvelope': (string);
  'task': (_softpost_v1_Task__Output | null);
  'options': (_softpost_v1_TransferOptions__Output | null);
}

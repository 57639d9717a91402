/** @file A signed receipt as text, receipt.json: {"receipt": ..., "signature": ...}. */

import type { KeyObject } from 'node:crypto';
import { signedDocument } from '../signature/signed-document.ts';
import { receiptSchema, type Receipt, type ReceiptBody } from './receipt.ts';

/** A receipt has about 1.5 kB. */
export const MAX_RECEIPT_BYTES = 16 << 10;

const document = signedDocument<Receipt>({
  name: 'receipt',
  source: 'receipt.json',
  schema: receiptSchema,
  maxLength: MAX_RECEIPT_BYTES,
  code: 'BAD_RECEIPT',
});

/** Signs with the owner's key. @throws SoftpostError BAD_RECEIPT when a field is not as the schema says */
export function sealReceipt(body: ReceiptBody, privateKey: KeyObject): string {
  return document.seal(body, privateKey);
}

/** The receipt, if `pinned` signed it, or else whatever key it names. @throws SoftpostError BAD_RECEIPT naming what is wrong */
export function openReceipt(text: string, pinned?: KeyObject): Receipt {
  return document.open(text, pinned);
}

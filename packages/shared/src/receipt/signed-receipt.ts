/**
 * @file A signed receipt as text: {"receipt": ..., "signature": ...} in canonical JSON. The signature (Ed25519, RFC 8032) is over the canonical JSON
 * of `receipt`, whose `type` keeps it apart from whatever else the key signs. The text must be canonical to the last byte, which refuses at once
 * keys that come twice, numbers beyond float64, negative zero, white space, escapes that need not be, and data behind the end.
 */

import { sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { checkValue } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { keyIdOf, publicKeyFrom, publicKeyText } from './public-key.ts';
import { receiptSchema, type Receipt, type ReceiptBody } from './receipt.ts';

/** A receipt has about 1.5 kB. */
export const MAX_RECEIPT_BYTES = 16 << 10;

const signedReceiptSchema = z.strictObject({
  receipt: receiptSchema,
  /** base64url of 64 bytes. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});

/** Signs with an Ed25519 private key. @throws SoftpostError BAD_RECEIPT when a field is not as the schema says */
export function sealReceipt(body: ReceiptBody, privateKey: KeyObject): string {
  const publicKey = publicKeyText(privateKey);
  const fields = { ...body, publicKey, keyId: keyIdOf(publicKey) };
  const receipt = checkValue('receipt', fields, receiptSchema, 'BAD_RECEIPT');
  const signature = sign(null, signedBytes(receipt), privateKey).toString('base64url');
  return canonicalJson({ receipt, signature });
}

/**
 * The receipt in `text`, if it is sound and the signature is that of `pinned`, or else of the key the receipt names: then it says only
 * that the holder of that key, whoever it is, made it.
 * @throws SoftpostError BAD_RECEIPT naming what is wrong
 */
export function openReceipt(text: string, pinned?: KeyObject): Receipt {
  if (text.length > MAX_RECEIPT_BYTES) refuse(`it has more than ${MAX_RECEIPT_BYTES} characters`);
  const value = checkValue('receipt.json', parse(text), signedReceiptSchema, 'BAD_RECEIPT');
  if (canonicalJson(value) !== text) refuse('it is not in canonical form (RFC 8785)');
  const { receipt, signature } = value;
  const key = pinned ?? namedKey(receipt);
  if (receipt.publicKey !== publicKeyText(key)) refuse('it is signed with another key than the one given');
  if (receipt.keyId !== keyIdOf(receipt.publicKey)) refuse('keyId is not that of publicKey');
  const bytes = Buffer.from(signature, 'base64url');
  // The last character of a base64 text has bits to spare: one signature must not have several spellings.
  if (bytes.toString('base64url') !== signature || !verify(null, signedBytes(receipt), key, bytes)) {
    refuse('the signature is wrong');
  }
  return receipt;
}

function signedBytes(receipt: Receipt): Buffer {
  return Buffer.from(canonicalJson(receipt));
}

function namedKey({ publicKey }: Receipt): KeyObject {
  try {
    return publicKeyFrom(publicKey);
  } catch {
    return refuse('publicKey is not 32 bytes in base64url');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse('it is not valid JSON');
  }
}

function refuse(fault: string): never {
  throw new SoftpostError('BAD_RECEIPT', `receipt.json: ${fault}`);
}

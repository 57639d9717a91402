/**
 * @file Signed documents as text: {"<name>": ..., "signature": ...} in canonical JSON. The signature (Ed25519, RFC 8032) is over the canonical JSON of
 * the document, whose `type` keeps it apart from whatever else the key signs. The text must be canonical to the last byte, which refuses at once keys
 * that come twice, numbers beyond float64, negative zero, white space, escapes that need not be, and data behind the end.
 */

import { sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { digestSchema } from '../artifact/digest.ts';
import { checkValue } from '../artifact/read-file.ts';
import { SoftpostError, type ErrorCode } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { keyIdOf, publicKeyFrom, publicKeyText } from './public-key.ts';

/** What every signed document says of its signer. */
export const signerFields = {
  /** SHA-256 of the 32 bytes of `publicKey`. */
  keyId: digestSchema,
  /** Ed25519, base64url of its 32 bytes. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
};

interface Signed {
  /** One literal for each kind: a document of one kind is never taken for one of another. */
  readonly type: string;
  readonly keyId: string;
  readonly publicKey: string;
}

/** A document without what signing adds. */
export type Unsigned<T> = T extends unknown ? Omit<T, 'keyId' | 'publicKey'> : never;

export interface DocumentKind<T extends Signed> {
  /** The document's key in the text. */
  readonly name: string;
  /** What errors name it as. */
  readonly source: string;
  /** Strict: what it does not know it refuses. */
  readonly schema: z.ZodType<T>;
  readonly maxLength: number;
  /** Of every refusal. */
  readonly code: ErrorCode;
}

export interface SignedDocument<T extends Signed> {
  /** Signs with an Ed25519 private key. @throws SoftpostError `code` when a field is not as the schema says, or the text would be too long */
  seal(body: Unsigned<T>, privateKey: KeyObject): string;
  /**
   * The document in `text`, if it is sound and the signature is that of `pinned`, or else of the key the document names: then it says only
   * that the holder of that key, whoever it is, made it.
   * @throws SoftpostError `code` naming what is wrong
   */
  open(text: string, pinned?: KeyObject): T;
}

export function signedDocument<T extends Signed>(kind: DocumentKind<T>): SignedDocument<T> {
  const { name, source, schema, maxLength, code } = kind;
  const form = z.strictObject({
    [name]: schema,
    /** base64url of 64 bytes. */
    signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
  });
  const refuse = (fault: string): never => {
    throw new SoftpostError(code, `${source}: ${fault}`);
  };
  const checkLength = (text: string): void => {
    if (text.length > maxLength) refuse(`it has more than ${maxLength} characters`);
  };
  const signedBytes = (document: T): Buffer => Buffer.from(canonicalJson(document, code));

  const namedKey = ({ publicKey }: T): KeyObject => {
    try {
      return publicKeyFrom(publicKey);
    } catch {
      return refuse('publicKey is not 32 bytes in base64url');
    }
  };

  const parse = (text: string): { readonly document: T; readonly signature: string } => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      refuse('it is not valid JSON');
    }
    const value = checkValue(source, json, form, code);
    if (canonicalJson(value, code) !== text) refuse('it is not in canonical form (RFC 8785)');
    return { document: value[name] as T, signature: value['signature'] as string };
  };

  return {
    seal(body, privateKey) {
      const publicKey = publicKeyText(privateKey);
      const document = checkValue(name, { ...body, publicKey, keyId: keyIdOf(publicKey) }, schema, code);
      const signature = sign(null, signedBytes(document), privateKey).toString('base64url');
      const text = canonicalJson({ [name]: document, signature }, code);
      checkLength(text);
      return text;
    },
    open(text, pinned) {
      checkLength(text);
      const { document, signature } = parse(text);
      const key = pinned ?? namedKey(document);
      if (document.publicKey !== publicKeyText(key)) refuse('it is signed with another key than the one given');
      if (document.keyId !== keyIdOf(document.publicKey)) refuse('keyId is not that of publicKey');
      const bytes = Buffer.from(signature, 'base64url');
      // The last character of a base64 text has bits to spare: one signature must not have several spellings.
      if (bytes.toString('base64url') !== signature || !verify(null, signedBytes(document), key, bytes)) {
        refuse('the signature is wrong');
      }
      return document;
    },
  };
}

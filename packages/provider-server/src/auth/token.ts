/**
 * @file JWTs of an identity provider that this provider trusts: Ed25519 signatures alone, so that no header of a token decides how
 * it is checked, and the keys come from one place that the operator named, never from the token.
 */

import { readFile } from 'node:fs/promises';
import { SoftpostError } from '@softpost/shared/errors';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** File with the issuer's keys (JWKS), or its https URL. */
  readonly keys: string;
}

const claimsSchema = z.discriminatedUnion('softpost_role', [
  z.object({ softpost_role: z.literal('owner'), softpost_tenant: z.uuid() }),
  z.object({ softpost_role: z.enum(['operator', 'auditor']), softpost_tenant: z.undefined().optional() }),
]);

export type TokenClaims =
  | { readonly role: 'owner'; readonly tenantId: string }
  | { readonly role: 'operator' | 'auditor'; readonly tenantId: null };

/** @throws UNAUTHENTICATED; UNREACHABLE when the issuer's keys cannot be had */
export type TokenCheck = (token: string) => Promise<TokenClaims>;

/** @throws BAD_CONFIG when the file holds no keys */
export async function createTokenCheck({ issuer, audience, keys }: TokenRules): Promise<TokenCheck> {
  const keySet = keys.startsWith('https://') ? createRemoteJWKSet(new URL(keys)) : await readKeys(keys);
  return async (token) => {
    const { payload } = await jwtVerify(token, keySet, {
      issuer,
      audience,
      algorithms: ['EdDSA', 'Ed25519'],
      requiredClaims: ['exp'],
      clockTolerance: '30s',
    }).catch(refuse);
    const { data, error } = claimsSchema.safeParse(payload);
    if (error) throw new SoftpostError('UNAUTHENTICATED', 'the token names no role and tenant', { cause: error });
    return data.softpost_role === 'owner'
      ? { role: 'owner', tenantId: data.softpost_tenant }
      : { role: data.softpost_role, tenantId: null };
  };
}

async function readKeys(file: string): Promise<JWTVerifyGetKey> {
  try {
    return createLocalJWKSet(JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet);
  } catch (cause) {
    throw new SoftpostError('BAD_CONFIG', `${file} holds no keys of an issuer (JWKS)`, { cause });
  }
}

function refuse(cause: unknown): never {
  // The generic one says that the issuer's answer was not a set of keys.
  const isOfKeys = cause instanceof errors.JWKSTimeout || (cause as errors.JOSEError).code === 'ERR_JOSE_GENERIC';
  if (cause instanceof errors.JOSEError && !isOfKeys)
    throw new SoftpostError('UNAUTHENTICATED', 'the token is not valid', { cause });
  throw new SoftpostError('UNREACHABLE', "the keys of the token's issuer cannot be had", { cause });
}

/**
 * @file Checking secrets at the pace of calls. A secret that was right is remembered with the hash it was right for, so that it
 * costs one HMAC from then on, and nothing once the hash is gone. Only a few hashes are computed at a time: a flood of wrong
 * secrets costs neither memory nor the calls of those who are known.
 */

import { createHmac, randomBytes } from 'node:crypto';
import { SoftpostError } from '@softpost/shared/errors';
import { hashSecret, matchesHash, newSecret } from './api-key.ts';

const AT_ONCE = 2;
const MAX_WAITING = 32;
const MAX_REMEMBERED = 10_000;

/** @param hash undefined where there is no such key: that takes as long. @throws TOO_MANY_REQUESTS */
export type SecretCheck = (secret: string, hash: string | undefined) => Promise<boolean>;

export async function createSecretCheck(): Promise<SecretCheck> {
  const nobodys = await hashSecret(newSecret());
  const memoryKey = randomBytes(32);
  const remembered = new Set<string>();
  /** So that the first calls of a client, all at once, cost one hash. */
  const underWay = new Map<string, Promise<boolean>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < AT_ONCE) running++;
    else if (waiting.length < MAX_WAITING) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new SoftpostError('TOO_MANY_REQUESTS', 'too many keys are being checked');
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };

  return async (secret, hash) => {
    const fingerprint = createHmac('sha256', memoryKey).update(`${hash}\n${secret}`).digest('base64');
    if (remembered.has(fingerprint)) return true;
    const known = underWay.get(fingerprint);
    if (known) return known;
    const check = inTurn(() => matchesHash(secret, hash ?? nobodys));
    underWay.set(fingerprint, check);
    const matches = await check.finally(() => underWay.delete(fingerprint));
    if (matches) remembered.add(fingerprint);
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.values().next().value!);
    return matches;
  };
}

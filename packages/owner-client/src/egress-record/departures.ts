/**
 * @file One entry for each message, but for one that is repeated because the network lost it: while a provider is away for hours, a job's watcher would
 * otherwise fill the record with equal lines.
 */

import { digestOf } from '@softpost/shared/artifact/digest';
import { isUnavailable } from '@softpost/shared/rpc/is-unavailable';
import { dayOf } from '@softpost/shared/signature/day';
import type { EgressRecord } from './egress-record.ts';
import type { Method } from './party-line.ts';

export interface Departures {
  /** When this returns, the message is in the record. @throws what the record throws */
  readonly depart: (method: Method, message: Uint8Array) => Departure;
}

export interface Departure {
  /** The call ended in this error, which is thrown again. */
  readonly failed: (error: unknown) => never;
}

export function createDepartures(record: EgressRecord, to: string): Departures {
  /** The last message, if it was lost: the same bytes on the same day are under its entry when they are sent next. */
  let lost: string | undefined;
  return {
    depart: (method, message) => {
      const name = [method, digestOf(message), dayOf(new Date())].join(' ');
      if (name !== lost) record.append(method, message, to);
      lost = undefined;
      return {
        failed: (error) => {
          if (isUnavailable(error)) lost = name;
          throw error;
        },
      };
    },
  };
}

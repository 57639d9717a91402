/** @file Why there is no connection. gRPC gives the reason only as a text, in which Node.js and OpenSSL name theirs. */

import { SoftpostError } from '../errors.ts';

/** Texts of certificates that do not do. A test makes each of them with real servers. */
const CERTIFICATE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/certificate's altnames/, "the provider's certificate is of another host"],
  [/certificate has expired/, "the provider's certificate has expired"],
  [/certificate is not yet valid/, "the provider's certificate is not valid yet"],
  [/unsuitable certificate purpose/, "the provider's certificate is not one for servers"],
  [
    /self.signed certificate|unable to (verify|get) [a-z ]*certificate/,
    "no authority that is trusted here has signed the provider's certificate",
  ],
  [/alert certificate required/, 'the provider asks for a client certificate'],
];

const OTHER_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/Name resolution failed/, 'its name is not known'],
  [/ECONNREFUSED/, 'nobody listens there'],
  // Node.js as a server says nothing else when a client's certificate is not in order.
  [/Failed to connect/, "it ends the connection at once, maybe because of this client's certificate"],
];

/** @param details of a call that ended with UNAVAILABLE and no word from the provider */
export function connectionFault(details: string, cause: unknown): SoftpostError {
  const known = (faults: typeof OTHER_FAULTS): string | undefined =>
    faults.find(([pattern]) => pattern.test(details))?.[1];
  const fault = known(CERTIFICATE_FAULTS);
  if (fault !== undefined) return new SoftpostError('BAD_CERTIFICATE', fault, { cause });
  const reason = known(OTHER_FAULTS) ?? 'the connection was lost';
  return new SoftpostError('UNREACHABLE', `the provider cannot be reached: ${reason}`, { cause });
}

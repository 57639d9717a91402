/** @file Why there is no connection. gRPC gives the reason only as a text, in which Node.js and OpenSSL name theirs. */

import { SoftpostError } from '../errors.ts';

/** Texts of certificates that do not do. A test makes each of them with real servers. */
const CERTIFICATE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/altnames|host name/i, "the provider's certificate is of another host"],
  [/certificate has expired|CERT_HAS_EXPIRED/, "the provider's certificate has expired"],
  [/certificate is not yet valid/, "the provider's certificate is not valid yet"],
  [
    /self.signed certificate|unable to (verify|get)[a-z ]* certificate|certificate signature failure/i,
    "no authority that is trusted here has signed the provider's certificate",
  ],
  [
    /alert (certificate|unknown ca|bad certificate)|certificate required/i,
    "the provider refuses this client's certificate",
  ],
];

/** @param details of a call that ended with UNAVAILABLE and no word from the provider */
export function connectionFault(details: string, cause: unknown): SoftpostError {
  const fault = CERTIFICATE_FAULTS.find(([pattern]) => pattern.test(details));
  if (fault) return new SoftpostError('BAD_CERTIFICATE', fault[1], { cause });
  const [reason] =
    /\b(ECONN[A-Z]+|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN|EPROTO)\b/.exec(details) ?? [];
  return new SoftpostError('UNREACHABLE', `the provider cannot be reached${reason ? ` (${reason})` : ''}`, { cause });
}

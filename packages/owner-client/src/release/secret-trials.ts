/**
 * @file Why the best of K runs does not leave the site. Its epsilon holds only while K is secret (Papernot & Steinke, arXiv 2110.03620), and every run leaves
 * its steps in the ledger: the place and the sum that a receipt states give K away, by themselves or beside those of another receipt of the ledger. K has no
 * greatest value, so there is no place that would suit every K.
 */

import { SoftpostError } from '@softpost/shared/errors';

/** @param subject what would be given away */
export function trialsNotSecret(subject: string): SoftpostError {
  const message = `${subject} is the best of several runs: its epsilon holds only while their number is secret, and the ledger's place and sum in the receipt give that away`;
  return new SoftpostError('TRIALS_NOT_SECRET', message);
}

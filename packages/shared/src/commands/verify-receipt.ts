/** @file `verify-receipt`: whether a prompt's privacy receipt holds. Both parties have this command, and so has any auditor. */

import type { Command } from 'commander';
import type { VerifiedReceipt } from '../receipt/verify-receipt.ts';
import { setAction } from './cli.ts';

interface VerifyReceiptFlags {
  readonly prompt: string;
  readonly publicKey?: string;
}

export function registerVerifyReceipt(program: Command): void {
  const command = program
    .command('verify-receipt')
    .description("check a prompt's privacy receipt: signature, prompt, and epsilon computed again")
    .requiredOption('--prompt <dir>', 'prompt folder')
    .option('--public-key <file>', "the owner's public key (PEM); without it, any signer is accepted");
  setAction(command, {
    run: async ({ prompt, publicKey }: VerifyReceiptFlags) => {
      const { readPublicKey } = await import('../signature/public-key.ts');
      const { verifyReceipt } = await import('../receipt/verify-receipt.ts');
      const key = publicKey === undefined ? undefined : await readPublicKey(publicKey);
      return verifyReceipt({ promptDir: prompt, publicKey: key });
    },
    text: receiptText,
  });
}

function receiptText({ receipt, covers, keyPinned, limits }: VerifiedReceipt): string {
  return [
    `receipt  holds, for ${covers === 'prompt' ? 'this prompt' : 'the student prompt that this one was transferred from'}`,
    `signed   ${receipt.date} by ${receipt.keyId}${keyPinned ? '' : ', a key that only the receipt itself vouches for'}`,
    `privacy  ${privacyText(receipt)}`,
    '',
    limits,
  ].join('\n');
}

function privacyText(receipt: VerifiedReceipt['receipt']): string {
  if (receipt.mechanism === 'none') return 'NONE: the prompt may give single records away';
  const { epsilon, delta, unit, adjacency, steps, samplingRate, noiseMultiplier, clipNorm } = receipt;
  return (
    `(epsilon ${epsilon.enforced}, delta ${delta}) per ${unit}, ${adjacency}: ${steps} steps, ` +
    `sampling rate ${samplingRate}, noise ${noiseMultiplier} x clip norm ${clipNorm}`
  );
}

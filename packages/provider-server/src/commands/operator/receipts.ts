/** @file `softpost-provider receipts`: for auditors, what a tenant claimed of the privacy of its prompts, each claim checked again. */

import { setAction } from '@softpost/shared/commands/cli';
import { isSoftpostError } from '@softpost/shared/errors';
import { checkReceipt } from '@softpost/shared/receipt/check-receipt';
import { openReceipt } from '@softpost/shared/receipt/signed-receipt';
import { publicKeyFromPem } from '@softpost/shared/signature/public-key';
import type { Command } from 'commander';
import type { KeyObject } from 'node:crypto';
import { withConnection, withConnectionFlags, type ConnectionFlags } from './connection.ts';

interface ReceiptFlags extends ConnectionFlags {
  readonly tenant: string;
  readonly pageToken?: string;
}

interface CheckedReceipt {
  /** The first thing that is wrong; null for none. */
  readonly fault: string | null;
  readonly text: string;
}

const ABOUT = `
Signatures are checked with the key that the provider has of the tenant, and epsilon is computed again here. Neither proves that the
training was run so. An auditor's key is enough: --key-file.`;

export function registerReceipts(program: Command): void {
  const receipts = withConnectionFlags(program.command('receipts').description('what a tenant claimed of its prompts'))
    .requiredOption('--tenant <id>', 'the tenant')
    .option('--page-token <token>', 'of an earlier page')
    .addHelpText('after', ABOUT);
  setAction(receipts, {
    run: ({ tenant: tenantId, pageToken = '', ...flags }: ReceiptFlags) =>
      withConnection(flags, async ({ call }) => {
        const request = { tenantId, pageSize: 100, pageToken };
        const { receipts: texts, nextPageToken } = await call('/softpost.v1.AdminService/ListReceipts', request);
        const { tenants } = await call('/softpost.v1.AdminService/ListTenants', {});
        const pem = tenants.find((tenant) => tenant.tenantId === tenantId)!.ownerPublicKey;
        const publicKey = publicKeyFromPem(pem, "the tenant's key");
        return { receipts: texts.map((text) => checked(text, publicKey)), nextPageToken };
      }),
    text: ({ receipts: all, nextPageToken }) =>
      [
        ...(all.length === 0 ? ['no receipts'] : all.map(receiptLine)),
        ...(nextPageToken === '' ? [] : [`more: --page-token ${nextPageToken}`]),
      ].join('\n'),
  });
}

function checked(text: string, publicKey: KeyObject): CheckedReceipt {
  try {
    const receipt = openReceipt(text, publicKey);
    checkReceipt(receipt, receipt.promptDigest);
    return { fault: null, text };
  } catch (error) {
    if (!isSoftpostError(error)) throw error;
    return { fault: error.message, text };
  }
}

function receiptLine({ fault, text }: CheckedReceipt): string {
  if (fault !== null) return `FALSE  ${fault}`;
  const receipt = openReceipt(text);
  if (receipt.mechanism === 'none') return `holds  ${receipt.date}  no privacy`;
  const { date, epsilon, delta, unit, steps, ledger } = receipt;
  const all = `${ledger.cumulativeEpsilon} in all, entry ${ledger.sequence}`;
  return `holds  ${date}  epsilon ${epsilon.enforced}, delta ${delta} by ${unit}, ${steps} steps; ${all}`;
}

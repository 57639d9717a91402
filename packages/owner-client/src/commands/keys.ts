/** @file `softpost-owner keys`: the key that signs the owner's receipts. */

import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import { createSigningKey, type PublicHalf, publicHalf, readSigningKey } from '@softpost/shared/signature/signing-key';
import { signingKeyFile } from '../release/owner-key-file.ts';

const ABOUT = `
The key is in the file that SOFTPOST_OWNER_KEY names, or else in softpost/owner-key.pem of the user's configuration folder. Give
the public half to whoever is to check receipts, on another way than the prompts; keep the file to yourself, and a copy of it.`;

export function registerKeys(program: Command): void {
  const command = program
    .command('keys')
    .description('make the Ed25519 key that signs privacy receipts')
    .option('--show', 'show the public half of the key there is')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ show = false }: { readonly show?: boolean }): Promise<PublicHalf> => {
      const file = signingKeyFile();
      return publicHalf(file, await (show ? readSigningKey(file) : createSigningKey(file)));
    },
    text: ({ keyFile, keyId, publicKeyPem }) => `key     ${keyFile}\nkey id  ${keyId}\n\n${publicKeyPem.trimEnd()}`,
  });
}

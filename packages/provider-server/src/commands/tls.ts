/** @file `softpost-provider tls`: an authority of one's own, for the provider's certificate and those of its clients. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption } from '@softpost/shared/commands/options';
import type { Command } from 'commander';

/** What browsers and operating systems accept at most of a server's certificate. */
const DEFAULT_DAYS = 397;

interface InitFlags {
  readonly dir: string;
  readonly host: readonly string[];
  readonly days: number;
}

interface ClientFlags {
  readonly dir: string;
  readonly name: string;
  readonly out: string;
  readonly days: number;
}

export function registerTls(program: Command): void {
  const tls = program.command('tls').description('make certificates, where no other authority does');
  const daysOption = [
    '--days <n>',
    'how long the certificate is valid',
    integerOption('--days', { min: 1, max: 3650 }),
    DEFAULT_DAYS,
  ] as const;

  setAction(
    tls
      .command('init')
      .description('make an authority, and a certificate for this provider')
      .requiredOption('--dir <dir>', 'folder for the files; must not exist')
      .option('--host <host...>', 'names and addresses that clients know the provider by', ['localhost'])
      .option(...daysOption),
    {
      run: async ({ dir, host: hosts, days }: InitFlags) => {
        const { createServerFolder } = await import('../tls/tls-folder.ts');
        await createServerFolder(dir, { hosts, days });
        return { dir, hosts };
      },
      text: ({ dir, hosts }) => `${dir} has the certificate of ${hosts.join(', ')}; keep ca-key.pem to yourself`,
    },
  );

  setAction(
    tls
      .command('client')
      .description('make the certificate of a client, by the authority that init made')
      .requiredOption('--dir <dir>', 'the folder that init made')
      .requiredOption('--name <name>', 'of the client')
      .requiredOption('--out <dir>', 'folder for the client; must not exist')
      .option(...daysOption),
    {
      run: async ({ dir: serverDir, name, out, days }: ClientFlags) => {
        const { createClientFolder } = await import('../tls/tls-folder.ts');
        return { dir: out, certificateDigest: await createClientFolder(out, { serverDir, name, days }) };
      },
      text: ({ dir, certificateDigest }) => `${dir} is for the client; its certificate is ${certificateDigest}`,
    },
  );
}

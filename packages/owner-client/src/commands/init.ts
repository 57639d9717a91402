/** @file `softpost-owner init`: the configuration and the key of a new site. */

import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import { defaultConfigFile } from '../config-file.ts';
import type { InitReport } from '../init-site.ts';

interface InitFlags {
  readonly dir?: string;
  readonly provider?: string;
  readonly providerKey?: string;
  readonly ca?: string;
  readonly apiKeyFile?: string;
  readonly certificate?: string;
  readonly certificateKey?: string;
}

const ABOUT = `
What is not given is asked for where there is a terminal. Get the provider's public key on another way than its students: everything that the provider signs
is checked with it. Nothing that is there is overwritten, and secrets stay in files of mode 0600 that the configuration names.`;

export function registerInit(program: Command): void {
  const command = program
    .command('init')
    .description('make the configuration and the key of this site')
    .option(
      '--dir <dir>',
      'folder for everything of this site (default: the configuration and state folders of the user)',
    )
    .option('--provider <host:port>', "address of the provider's gRPC service")
    .option('--provider-key <file>', "the provider's public key (PEM)")
    .option(
      '--ca <file>',
      "authority that signed the provider's TLS certificate (PEM; default: those that Node.js trusts)",
    )
    .option('--api-key-file <file>', 'file with the API key, mode 0600; it may come later')
    .option('--certificate <file>', "this site's TLS client certificate (PEM)")
    .option('--certificate-key <file>', 'its key (PEM, mode 0600)')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ dir, provider, providerKey, ...files }: InitFlags): Promise<InitReport> => {
      const [{ initSite }, { questions }] = await Promise.all([import('../init-site.ts'), import('./questions.ts')]);
      const ask = questions(process.stdin, process.stderr);
      return initSite({
        dir,
        configFile: defaultConfigFile(),
        address: provider ?? (await ask('--provider', 'Address of the provider (host:port): ')),
        providerKey: providerKey ?? (await ask('--provider-key', "File with the provider's public key (PEM): ")),
        ca: files.ca,
        apiKey: files.apiKeyFile,
        certificate: files.certificate,
        certificateKey: files.certificateKey,
      });
    },
    text: ({ configFile, keyFile, keyId, publicKeyFile, publicKeyPem, missingApiKey, environment }) =>
      [
        `config  ${configFile}`,
        `key     ${keyFile}`,
        `key id  ${keyId}`,
        '',
        `Give the provider the public half of the key, ${publicKeyFile}:`,
        publicKeyPem.trimEnd(),
        ...(missingApiKey === undefined
          ? []
          : ['', `Put the API key that it gives you into ${missingApiKey} (mode 0600).`]),
        ...(environment.length === 0 ? [] : ['', 'Before other commands:', ...environment]),
      ].join('\n'),
  });
}

/** @file `softpost-provider keys`: API keys of tenants, operators and auditors, and the provider's own public key. */

import { createSecret } from '@softpost/shared/signature/secret-file';
import { publicHalf, readSigningKey } from '@softpost/shared/signature/signing-key';
import { setAction } from '@softpost/shared/commands/cli';
import { type Command, Option } from 'commander';
import { readConfig } from '../../config.ts';
import { signingKeyFile } from '../../signing-key-file.ts';
import { ROLES, type Role } from '../../store/rows.ts';
import { ROLE_NAMES } from '../../rpc/messages.ts';
import { configOption } from '../config-option.ts';
import { withConnection, withConnectionFlags, type ConnectionFlags } from './connection.ts';

interface CreateFlags extends ConnectionFlags {
  readonly role: Role;
  readonly tenant?: string;
  readonly out: string;
}

export function registerKeys(program: Command): void {
  const keys = program.command('keys').description("API keys, and the provider's own public key");

  setAction(
    keys
      .command('public')
      .description('the key that signs students and log, for owners')
      .option(...configOption),
    {
      run: async ({ config }: { readonly config: string }) => {
        const file = signingKeyFile(await readConfig(config));
        const { keyId, publicKeyPem } = publicHalf(file, await readSigningKey(file));
        return { keyId, publicKeyPem };
      },
      text: ({ publicKeyPem }) => publicKeyPem.trimEnd(),
    },
  );

  const create = withConnectionFlags(keys.command('create').description('make an API key'))
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('owner'))
    .option('--tenant <id>', "of an owner's key")
    .requiredOption('--out <file>', 'where the key goes, for its reader alone; it is shown nowhere else');
  setAction(create, {
    run: ({ role, tenant = '', out, ...flags }: CreateFlags) =>
      withConnection(flags, async ({ call }) => {
        const request = { tenantId: tenant, role: ROLE_NAMES[role] };
        const { apiKey, secret } = await call('/softpost.v1.AdminService/CreateApiKey', request);
        await createSecret(out, `${secret}\n`);
        return { keyId: apiKey!.keyId, file: out };
      }),
    text: ({ keyId, file }) => `key   ${keyId}\nfile  ${file}`,
  });

  const list = withConnectionFlags(
    keys.command('list').description('the keys of a tenant, or of operators and auditors'),
  );
  setAction(list.option('--tenant <id>', 'of this tenant'), {
    run: ({ tenant = '', ...flags }: ConnectionFlags & { readonly tenant?: string }) =>
      withConnection(flags, async ({ call }) => ({
        keys: (await call('/softpost.v1.AdminService/ListApiKeys', { tenantId: tenant })).apiKeys,
      })),
    text: ({ keys: all }) =>
      all.length === 0
        ? 'no keys'
        : all
            .map(
              ({ keyId, role, createTime, revoked }) => `${keyId}  ${role}  ${createTime}${revoked ? '  revoked' : ''}`,
            )
            .join('\n'),
  });

  const revoke = withConnectionFlags(keys.command('revoke').description('make a key worthless'));
  setAction(revoke.requiredOption('--key <id>', 'the key'), {
    run: ({ key, ...flags }: ConnectionFlags & { readonly key: string }) =>
      withConnection(flags, async ({ call }) => {
        await call('/softpost.v1.AdminService/RevokeApiKey', { keyId: key });
        return { keyId: key, revoked: true };
      }),
    text: ({ keyId }) => `revoked ${keyId}`,
  });
}

/** @file `softpost-provider tenants`: the data owners that may connect. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption } from '@softpost/shared/commands/options';
import type { Tenant__Output as Tenant } from '@softpost/shared/rpc/generated/softpost/v1/Tenant';
import { readPublicKey } from '@softpost/shared/signature/public-key';
import type { Command } from 'commander';
import { withConnection, withConnectionFlags, type ConnectionFlags } from './connection.ts';

interface CreateFlags extends ConnectionFlags {
  readonly name: string;
  readonly ownerKey: string;
  readonly certificate?: string;
  readonly queuedJobs?: number;
  readonly storedPrompts?: number;
  readonly concurrentCalls?: number;
  readonly stepsPerJob?: number;
}

export function registerTenants(program: Command): void {
  const tenants = program.command('tenants').description('the data owners that may connect');
  const limit = (flag: string) => integerOption(flag, { min: 1, max: 2 ** 31 - 1 });
  const create = withConnectionFlags(tenants.command('create').description('take a data owner in'))
    .requiredOption('--name <name>', 'of the tenant')
    .requiredOption('--owner-key <file>', 'its public key (PEM), got on another way than its prompts')
    .option('--certificate <digest>', 'of the client certificate that it must use (see: tls client)')
    .option('--queued-jobs <n>', 'most jobs that have not ended', limit('--queued-jobs'))
    .option('--stored-prompts <n>', 'most prompts', limit('--stored-prompts'))
    .option('--concurrent-calls <n>', 'most calls at once', limit('--concurrent-calls'))
    .option('--steps-per-job <n>', 'most steps of one transfer', limit('--steps-per-job'));
  setAction(create, {
    run: async ({ name, ownerKey, certificate = '', ...flags }: CreateFlags) => {
      const pem = (await readPublicKey(ownerKey)).export({ type: 'spki', format: 'pem' }).toString();
      const { queuedJobs, storedPrompts, concurrentCalls, stepsPerJob } = flags;
      const limits = { queuedJobs, storedPrompts, concurrentCalls, stepsPerJob };
      const tenant = { name, ownerPublicKey: pem, certificateDigest: certificate, limits };
      return withConnection(flags, async ({ call }) => {
        const made = await call('/softpost.v1.AdminService/CreateTenant', { tenant: withoutUndefined(tenant) });
        return { tenantId: made.tenant!.tenantId, name: made.tenant!.name };
      });
    },
    text: ({ tenantId, name }) => `tenant  ${tenantId}  ${name}`,
  });

  setAction(withConnectionFlags(tenants.command('list').description('all tenants')), {
    run: (flags: ConnectionFlags) =>
      withConnection(flags, async ({ call }) => ({
        tenants: (await call('/softpost.v1.AdminService/ListTenants', {})).tenants,
      })),
    text: ({ tenants: all }) => (all.length === 0 ? 'no tenants' : all.map(tenantLine).join('\n')),
  });
}

function tenantLine({ tenantId, name, certificateDigest }: Tenant): string {
  return `${tenantId}  ${name}${certificateDigest === '' ? '' : '  (client certificate)'}`;
}

function withoutUndefined<T extends { readonly limits: object }>({ limits, ...tenant }: T) {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return { ...tenant, limits: Object.fromEntries(given) };
}

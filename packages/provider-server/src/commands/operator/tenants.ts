/** @file `softpost-provider tenants`: the data owners that may connect. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption } from '@softpost/shared/commands/options';
import type { TenantLimits } from '@softpost/shared/rpc/generated/softpost/v1/TenantLimits';
import type { Tenant__Output as Tenant } from '@softpost/shared/rpc/generated/softpost/v1/Tenant';
import { readPublicKey } from '@softpost/shared/signature/public-key';
import type { Command } from 'commander';
import { given } from '../../jobs/given.ts';
import { withConnection, withConnectionFlags, type ConnectionFlags } from './connection.ts';

interface LimitFlags {
  readonly queuedJobs?: number;
  readonly storedPrompts?: number;
  readonly concurrentCalls?: number;
  readonly stepsPerJob?: number;
  readonly submissionsPerDay?: number;
}

interface CreateFlags extends ConnectionFlags, LimitFlags {
  readonly name: string;
  readonly ownerKey: string;
  readonly certificate?: string;
}

interface SetFlags extends ConnectionFlags, LimitFlags {
  readonly tenant: string;
}

export function registerTenants(program: Command): void {
  const tenants = program.command('tenants').description('the data owners that may connect');
  const create = withConnectionFlags(tenants.command('create').description('take a data owner in'))
    .requiredOption('--name <name>', 'of the tenant')
    .requiredOption('--owner-key <file>', 'its public key (PEM), got on another way than its prompts')
    .option('--certificate <digest>', 'of the client certificate that it must use (see: tls client)');
  setAction(withLimitFlags(create), {
    run: async ({ name, ownerKey, certificate = '', ...flags }: CreateFlags) => {
      const pem = (await readPublicKey(ownerKey)).export({ type: 'spki', format: 'pem' }).toString();
      const tenant = { name, ownerPublicKey: pem, certificateDigest: certificate, limits: limitsOf(flags) };
      return withConnection(flags, async ({ call }) => {
        const made = await call('/softpost.v1.AdminService/CreateTenant', { tenant });
        return { tenantId: made.tenant!.tenantId, name: made.tenant!.name };
      });
    },
    text: ({ tenantId, name }) => `tenant  ${tenantId}  ${name}`,
  });

  const setLimits = withConnectionFlags(
    tenants.command('set-limits').description('change what a tenant may do'),
  ).requiredOption('--tenant <id>', 'the tenant; limits that are not named stay as they are');
  setAction(withLimitFlags(setLimits), {
    run: async ({ tenant: tenantId, ...flags }: SetFlags) =>
      withConnection(flags, async ({ call }) => {
        const { tenants: all } = await call('/softpost.v1.AdminService/ListTenants', {});
        const before = all.find((tenant) => tenant.tenantId === tenantId)?.limits;
        const limits = { ...before, ...limitsOf(flags) };
        return (await call('/softpost.v1.AdminService/SetTenantLimits', { tenantId, limits })).tenant!;
      }),
    text: ({ name, limits }) =>
      [name, ...Object.entries(limits!).map(([limit, most]) => `${limit} ${most === 0 ? 'default' : most}`)].join('  '),
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

function withLimitFlags(command: Command): Command {
  const limit = (flag: string) => integerOption(flag, { min: 1, max: 2 ** 31 - 1 });
  return command
    .option('--queued-jobs <n>', 'most jobs that have not ended', limit('--queued-jobs'))
    .option('--stored-prompts <n>', 'most prompts', limit('--stored-prompts'))
    .option('--concurrent-calls <n>', 'most calls at once', limit('--concurrent-calls'))
    .option('--steps-per-job <n>', 'most steps of one transfer', limit('--steps-per-job'))
    .option('--submissions-per-day <n>', 'most submissions in 24 hours', limit('--submissions-per-day'));
}

/** Those that were named. */
function limitsOf(flags: LimitFlags): TenantLimits {
  const { queuedJobs, storedPrompts, concurrentCalls, stepsPerJob, submissionsPerDay } = flags;
  return given({ queuedJobs, storedPrompts, concurrentCalls, stepsPerJob, submissionsPerDay });
}

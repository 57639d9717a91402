/** @file `softpost-owner egress`: everything that left this site, and whether the record of it is whole. */

import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import type { EgressEntry } from '../egress-record/egress-record.ts';
import { withConfigFlag, type SiteFlags } from './with-site.ts';

interface EgressReport {
  readonly record: string;
  /** To be noted elsewhere: it shows later that no entry was cut off. */
  readonly head: string;
  readonly bytes: number;
  readonly entries: readonly EgressEntry[];
}

const ABOUT = `
One line for each message to the provider, written before it was sent: the day (UTC), to whom, what, how many bytes, and their SHA-256. The entries
are chained by hashes, so that none can be changed or left out in the middle; note the head elsewhere to see that none was cut off at the end.
Which fields a message has, and where their content comes from, is listed in docs/owner.md.`;

export function registerEgress(program: Command): void {
  const command = withConfigFlag(program.command('egress'))
    .description('everything that left this site, and a check of the whole record')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ config }: SiteFlags): Promise<EgressReport> => {
      const [{ readConfig }, { egressRecordFile }, { openEgressRecord }] = await Promise.all([
        import('../config.ts'),
        import('../site.ts'),
        import('../egress-record/egress-record.ts'),
      ]);
      const record = egressRecordFile(await readConfig(config));
      using opened = openEgressRecord(record);
      const entries = opened.entries();
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
      return { record, head: entries.at(-1)?.hash ?? 'none', bytes, entries };
    },
    text: egressText,
  });
}

function egressText({ record, head, bytes, entries }: EgressReport): string {
  const width = Math.max(0, ...entries.map(({ to }) => to.length));
  return [
    `record  ${record}`,
    `chain   intact, ${entries.length} entries, ${bytes} bytes, head ${head}`,
    ...(entries.length === 0 ? [] : ['', `day         ${'to'.padEnd(width)}  ${'what'.padEnd(36)}  bytes     sha256`]),
    ...entries.map(({ day, to, method, bytes: size, digest }) => {
      const what = method.slice('/softpost.v1.'.length).padEnd(36);
      return `${day}  ${to.padEnd(width)}  ${what}  ${String(size).padEnd(8)}  ${digest.slice('sha256:'.length)}`;
    }),
  ].join('\n');
}

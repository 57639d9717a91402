/** @file `softpost-owner students` and `datasets`: what the provider offers. */

import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import type { DatasetListing, StudentListing } from '../answers.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

export function registerOffers(program: Command): void {
  const students = withConfigFlag(program.command('students')).description('students that the provider offers');
  setAction(students, {
    run: async (flags: SiteFlags) => ({ students: await withSite(flags, ({ egress }) => egress.listStudents()) }),
    text: ({ students: all }) => (all.length === 0 ? 'no students' : all.map(studentLine).join('\n')),
  });
  const datasets = withConfigFlag(program.command('datasets')).description('public data sets that a transfer can use');
  setAction(datasets, {
    run: async (flags: SiteFlags) => ({ datasets: await withSite(flags, ({ egress }) => egress.listPublicDatasets()) }),
    text: ({ datasets: all }) => (all.length === 0 ? 'no data sets' : all.map(datasetLine).join('\n')),
  });
}

function studentLine({ studentId, version, teacherId, parameterCount, sizeBytes }: StudentListing): string {
  const size = `${(sizeBytes / 1e6).toFixed(1)} MB`;
  return `${studentId}  version ${version}  ${parameterCount} parameters  ${size}  from ${teacherId}`;
}

function datasetLine({ datasetId, records, labels, licence }: DatasetListing): string {
  const labelled = labels.length === 0 ? 'no labels' : `labels ${labels.join(', ')}`;
  return `${datasetId}  ${records} records  ${labelled}  ${licence}`;
}

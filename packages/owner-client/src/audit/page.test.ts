import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeAuditPage } from './page.ts';

const dir = mkdtempSync(join(tmpdir(), 'softpost-audit-page-'));
afterAll(() => rmSync(dir, { recursive: true }));

// Kills: a LOCAL page that other users can read; one of private records that says it may be shown to anybody.
test.each([
  ['LOCAL', true, 0o600, /LOCAL: this depends on private records/],
  ['public', false, 0o666 & ~process.umask(), /this may be shown to anybody/],
])('a %s page has the readers that it names', async (name, local, mode, notice) => {
  const path = join(dir, `${name}.html`);
  await writeAuditPage(path, {
    title: 'Audit',
    violation: false,
    verdict: 'no violation found',
    local,
    explanation: '',
    facts: [],
    plot: '',
  });
  expect(statSync(path).mode & 0o777).toBe(mode);
  expect(readFileSync(path, 'utf8')).toMatch(notice);
});

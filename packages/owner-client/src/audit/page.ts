/** @file The page of an audit: verdict, numbers and plot in one HTML file that needs nothing else. */

import { PRIVATE, replaceFile } from '@softpost/shared/artifact/atomic-write';
import type { Verdict } from './verdict.ts';

export interface AuditPage extends Verdict {
  readonly title: string;
  readonly local: boolean;
  /** What is shown, and how to read it. */
  readonly explanation: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** SVG */
  readonly plot: string;
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.55 system-ui,sans-serif;max-width:760px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}.verdict{font-weight:600;border-left:4px solid #15803d;padding-left:.75rem}.violation{border-color:#c2410c}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.25rem}dd{margin:0}`;

export const LOCAL_NOTICE =
  'LOCAL: this depends on private records and no epsilon covers it. It costs no privacy only as long as it stays on this site.';
export const PUBLIC_NOTICE = 'No private data were read: this may be shown to anybody.';

/** Holds numbers and our own words only. @throws CANNOT_WRITE */
export async function writeAuditPage(path: string, page: AuditPage): Promise<void> {
  const { title, violation, verdict, local, explanation, facts, plot } = page;
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`);
  await replaceFile(
    path,
    `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
<p class="verdict${violation ? ' violation' : ''}">${verdict}</p>
<p>${local ? LOCAL_NOTICE : PUBLIC_NOTICE}</p>
<figure style="margin:0">${plot}</figure>
<p>${explanation}</p>
<dl>${rows.join('')}</dl>
</body></html>
`,
    local ? PRIVATE : undefined,
  );
}

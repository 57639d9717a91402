/** @file The report stands alone and shows what it is given as text. */
import { expect, test } from 'vitest';
import { html, scriptJson } from './html.ts';
import { renderReport } from './report.ts';
import { sampleResult } from './result.fixture.ts';

test('shows the figures, the guarantee and the commands', async () => {
  const page = await renderReport(sampleResult);
  for (const text of [
    '75.0 ± 0.6',
    'add or remove one',
    '1.234',
    'npm run demo -- --seeds 3',
    '2 min 10 s',
    '4 min 0 s',
    '127212',
    '127225',
    'studentId: provider, version: provider',
  ])
    expect(page).toContain(text);
});

test('loads nothing from anywhere', async () => {
  const page = await renderReport(sampleResult);
  expect(page).not.toMatch(/(src|href)\s*=|url\(|@import|fetch\(|XMLHttpRequest/i);
});

// Kills: a value put into the page without escaping, in text, in an attribute or in the script data.
test('a hostile name is text wherever it appears', async () => {
  const hostile = `</script><img src=x onerror="alert('1')">`;
  const page = await renderReport({
    ...sampleResult,
    task: { ...sampleResult.task, template: hostile, source: hostile, labels: [{ name: hostile, words: [hostile] }] },
    teacher: { ...sampleResult.teacher, name: hostile },
    privacy: { ...sampleResult.privacy, adjacency: hostile, unit: hostile, accountant: hostile },
    lossPlots: [{ title: hostile, explanation: hostile, series: [{ name: hostile, steps: [1], losses: [1] }] }],
    crossing: { head: hostile, messages: [{ name: hostile, count: 1, bytes: 1, fields: [hostile] }] },
    versions: { [hostile]: hostile },
    timings: [{ step: hostile, seconds: 1 }],
    commands: [hostile],
  });
  expect(page).not.toContain('<img');
  expect(page.match(/<\/script>/g)).toHaveLength(3);
});

test('escapes strings, keeps HTML, joins lists', () => {
  const items = ['<a>', '"b"'].map((item) => html`<i>${item}</i>`);
  expect(html`<b>${items}</b>`.source).toBe('<b><i>&#60;a&#62;</i>\n<i>&#34;b&#34;</i></b>');
  expect(scriptJson('</script>')).toBe(String.raw`"\u003c/script>"`);
});

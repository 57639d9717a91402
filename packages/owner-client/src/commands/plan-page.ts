/** @file The comparison of plans as one HTML page with a plot: no script, no network. All that it shows are numbers of ours, so nothing needs escaping. */

import type { Candidate } from '../privacy/trade-off.ts';
import { assumptionText, bandTable, candidateTable, proposalText, type PlanTable } from './plan-text.ts';
import type { PlanReport } from './plan.ts';

const WIDTH = 860;
const HEIGHT = 420;
const MARGIN = { top: 16, right: 96, bottom: 48, left: 64 } as const;

export function planPage(report: PlanReport): string {
  const { epsilon, delta, proposed, candidates, bands, tuneFlags } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>softpost: a plan for epsilon ${epsilon}</title>
<style>${STYLE}</style>
</head>
<body><main>
<h1>A plan for ε = ${epsilon}, δ = ${delta}</h1>
<p class="lead">Proposed: ${proposalText(proposed)}.</p>
<section><h2>What lot size and steps are worth</h2>
<p class="soft">${assumptionText(report)}. A curve for each lot size, a point for each number of steps. Worth counts the noiseless
steps that a run comes to, T / (1 + d (σ / (s B))²) with s = ${report.assumptions.gradientAgreement}.</p>
${plot(candidates, proposed)}</section>
<section><h2>All plans that fit into the time</h2>${table(candidateTable(candidates, proposed))}</section>
<section><h2>Noise correlated over steps (BandMF)</h2>
<p class="soft">At lot size ${proposed.lotSize} and ${proposed.steps} steps, in per cent of one band, which is DP-SGD.
The flag of a row, added to the command, makes that run.</p>
${table(bandTable(bands))}</section>
<section><h2>The run</h2><pre>softpost-owner tune --student DIR --task FILE --data FILE${report.assumptions.unitExamples === null ? '' : ' --unit-column NAME'} --out DIR \\
  ${tuneFlags.join(' ')}</pre></section>
</main></body>
</html>
`;
}

/** Worth against minutes, both logarithmic. */
function plot(candidates: readonly Candidate[], proposed: Candidate): string {
  const x = logScale(
    candidates.map(({ minutes }) => minutes),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = logScale(
    candidates.map(({ effectiveSteps }) => effectiveSteps),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const curves = [...Map.groupBy(candidates, ({ lotSize }) => lotSize)].map(([lotSize, plans], index) => {
    const points = plans.map((plan) => ({ plan, x: x.at(plan.minutes), y: y.at(plan.effectiveSteps) }));
    const end = points.at(-1)!;
    return `<g class="s${index % 6}"><polyline points="${points.map((point) => `${point.x},${point.y}`).join(' ')}"/>
${points.map(({ plan, ...at }) => `<circle cx="${at.x}" cy="${at.y}" r="3.5"><title>${proposalText(plan)}: worth ${plan.effectiveSteps.toPrecision(3)}</title></circle>`).join('\n')}
<text x="${end.x + 10}" y="${end.y + 4}">lot ${lotSize}</text></g>`;
  });
  const bottom = HEIGHT - MARGIN.bottom;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Worth of plans against the minutes they take">
<g class="grid">${y.ticks.map((value) => `<path d="M${MARGIN.left} ${y.at(value)}H${WIDTH - MARGIN.right}"/><text x="${MARGIN.left - 8}" y="${y.at(value) + 4}" text-anchor="end">${value}</text>`).join('\n')}
${x.ticks.map((value) => `<path d="M${x.at(value)} ${MARGIN.top}V${bottom}"/><text x="${x.at(value)}" y="${bottom + 18}" text-anchor="middle">${value}</text>`).join('\n')}
<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">minutes</text>
<text transform="translate(16 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">worth, in noiseless steps</text></g>
${curves.join('\n')}
<circle class="proposed" cx="${x.at(proposed.minutes)}" cy="${y.at(proposed.effectiveSteps)}" r="9"/>
</svg>`;
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Ticks are 1, 2 and 5 times powers of ten inside the range. */
function logScale(values: readonly number[], from: number, to: number): Scale {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const span = high - low || 1;
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const digit of [1, 2, 5]) ticks.push(Number(`${digit}e${power}`));
  }
  return {
    at: (value) => Number((from + ((Math.log10(value) - low) / span) * (to - from)).toFixed(1)),
    ticks: ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high),
  };
}

function table({ head, rows }: PlanTable): string {
  const row = (cells: readonly string[], tag: 'td' | 'th'): string =>
    `<tr${cells[0] === '>' ? ' class="proposed"' : ''}>${cells.map((cell) => `<${tag}>${cell === '>' ? '▸' : cell}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table></div>`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1c2430; --soft: #5b6675; --line: #dfe3e9; --mark: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --card: #1b2129; --text: #e6eaf0; --soft: #9aa6b5; --line: #2f3742; --mark: #fb923c; } }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
.lead { font-size: 1.1rem; color: var(--soft); }
.soft { color: var(--soft); font-size: .875rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem 1.5rem; margin-top: 1.25rem; }
.scroll, pre { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .875rem; }
th, td { text-align: right; padding: .2rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr.proposed td { font-weight: 600; color: var(--mark); }
svg { width: 100%; height: auto; font-size: 13px; }
svg polyline { fill: none; stroke-width: 2; }
svg text { fill: var(--soft); }
svg .grid path { stroke: var(--line); }
svg circle.proposed { fill: none; stroke: var(--mark); stroke-width: 3; }
${['#2563c9', '#0e7490', '#15803d', '#a16207', '#b91c1c', '#7e22ce'].map((colour, i) => `.s${i} { stroke: ${colour}; } .s${i} circle { fill: ${colour}; } .s${i} text { fill: ${colour}; stroke: none; }`).join('\n')}
`;

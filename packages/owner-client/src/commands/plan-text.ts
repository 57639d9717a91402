/** @file The comparison of plans as plain-text tables. */

import type { BandChoice } from '../privacy/band-choice.ts';
import type { Candidate } from '../privacy/trade-off.ts';
import type { PlanReport } from './plan.ts';
import { roundUp } from './round-up.ts';

/** A table of text cells, a heading first. */
export interface PlanTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function planText(report: PlanReport): string {
  const { epsilon, delta, proposed, candidates, bands, tuneFlags, html } = report;
  const { unitExamples } = report.assumptions;
  const { head, rows } = candidateTable(candidates, proposed);
  return [
    `Plans for epsilon ${epsilon}, delta ${delta}: ${assumptionText(report)}`,
    '',
    ...lines(head, rows),
    '',
    'noise is that of a coordinate of the mean gradient; worth counts the noiseless steps that the run comes to;',
    `> is proposed: ${proposalText(proposed)}.`,
    '',
    `Noise correlated over steps (BandMF) at lot size ${proposed.lotSize} and ${proposed.steps} steps:`,
    ...lines(bandTable(bands).head, bandTable(bands).rows),
    'the flag of a row, added to the command, makes that run.',
    '',
    `softpost-owner tune --student <dir> --task <file> --data <file>${unitExamples === null ? '' : ' --unit-column <name>'} --out <dir> \\`,
    `  ${tuneFlags.join(' ')}`,
    ...(html === undefined ? [] : ['', `page: ${html}`]),
  ].join('\n');
}

export function assumptionText({ assumptions }: PlanReport): string {
  const { publicSize, unitExamples, virtualTokens, hiddenSize, examplesPerSecond, speedSource, minutes } = assumptions;
  const speed = `${examplesPerSecond.toPrecision(3)} examples per second (${speedSource})`;
  const units = unitExamples === null ? 'records' : `users with ${unitExamples} records each in a step`;
  return `${publicSize} ${units}, ${virtualTokens} x ${hiddenSize} trained numbers, ${minutes} minutes at ${speed}`;
}

export function proposalText({ lotSize, steps, samplingRate, noiseMultiplier, minutes }: Candidate): string {
  return `lot size ${lotSize}, ${steps} steps, sampling rate ${samplingRate.toPrecision(4)}, noise multiplier ${roundUp(noiseMultiplier)}, ${minutes.toFixed(1)} minutes`;
}

export function candidateTable(candidates: readonly Candidate[], proposed: Candidate): PlanTable {
  return {
    head: ['', 'lot', 'steps', 'rate', 'sigma', 'noise', 'signal/noise', 'worth', 'examples', 'minutes'],
    rows: candidates.map((plan) => [
      plan === proposed ? '>' : '',
      String(plan.lotSize),
      String(plan.steps),
      plan.samplingRate.toPrecision(3),
      roundUp(plan.noiseMultiplier),
      plan.noisePerCoordinate.toExponential(2),
      plan.signalToNoise.toFixed(0),
      plan.effectiveSteps.toPrecision(3),
      String(plan.examples),
      plan.minutes.toFixed(1),
    ]),
  };
}

/** Noise as a share of that without bands, and the flag that makes the proposed run one with these bands. */
export function bandTable(bands: readonly BandChoice[]): PlanTable {
  const alone = bands[0]?.prefixSumNoise ?? Number.NaN;
  return {
    head: ['bands', 'rate', 'sigma', 'noise in the sum of gradients', 'flag'],
    rows: bands.map((choice) => [
      String(choice.bands),
      choice.samplingRate.toPrecision(3),
      roundUp(choice.noiseMultiplier),
      `${((100 * choice.prefixSumNoise) / alone).toFixed(0)} %`,
      `--bands ${choice.bands}`,
    ]),
  };
}

function lines(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padStart(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

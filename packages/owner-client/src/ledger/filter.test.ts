import { expect, test } from 'vitest';
import { sampledGaussian, selfComposed } from '@softpost/shared/privacy/event';
import { accountFor } from '@softpost/shared/privacy/accountant';
import { bestEpsilon, chooseOrder, epsilonAt, rdpBudget, rdpOfDraws } from './filter.ts';

const run = { phases: [{ samplingRate: 0.0152, noiseMultiplier: 0.8, steps: 658 }], steps: 658 };
const delta = 1e-5;

// Kills: an order that is no bound, or a conversion that leaves a term out.
test('at the order chosen, one run costs little more than the accountant says, and never less', () => {
  const order = chooseOrder(run, delta, null);
  const event = selfComposed(sampledGaussian({ samplingRate: 0.0152, noiseMultiplier: 0.8 }), 658);
  const { rdp } = accountFor(event, { delta, adjacency: 'add-or-remove-one' });
  const epsilon = epsilonAt(rdpOfDraws(run, 658, order), order, delta);
  expect(epsilon).toBeGreaterThanOrEqual(rdp.epsilon);
  expect(epsilon).toBeLessThan(rdp.epsilon * 1.01);
  expect(bestEpsilon((at) => rdpOfDraws(run, 658, at), delta)).toBe(epsilon);
});

// By hand, q = 1, sigma = 2, order 3: RDP 3/8 a step.
test('draws add up', () => {
  const gaussian = { phases: [{ samplingRate: 1, noiseMultiplier: 2, steps: 10 }], steps: 10 };
  expect(rdpOfDraws(gaussian, 1, 3)).toBeCloseTo(0.375, 8);
  expect(rdpOfDraws(gaussian, 25, 3)).toBeCloseTo(25 * 0.375, 7);
  expect(rdpOfDraws(gaussian, 0, 3)).toBe(0);
});

test('a phase with fewer steps than the run is charged in whole steps, upwards', () => {
  const banded = { phases: [{ samplingRate: 1, noiseMultiplier: 2, steps: 3 }], steps: 10 };
  expect([1, 3, 4, 10].map((draws) => Math.round(rdpOfDraws(banded, draws, 3) / 0.375))).toEqual([1, 1, 2, 3]);
});

// Kills: lost draws charged in proportion, as if a record took no part in most of them. By hand: 3 of the 10 steps, and whole ones for those lost.
test('a draw that an interruption lost is charged as a whole step of a phase', () => {
  const banded = { phases: [{ samplingRate: 1, noiseMultiplier: 2, steps: 3 }], steps: 10 };
  const charged = (draws: number, lost: number): number => Math.round(rdpOfDraws(banded, draws, 3, lost) / 0.375);
  expect([charged(12, 2), charged(11, 1), charged(4, 4), charged(5, 4)]).toEqual([5, 4, 4, 5]);
});

test('a run without privacy costs infinity, once it has drawn', () => {
  const open = { phases: null, steps: 5 };
  expect([rdpOfDraws(open, 0, 2), rdpOfDraws(open, 1, 2)]).toEqual([0, Infinity]);
});

test('the budget of an epsilon is the RDP that gives this epsilon', () => {
  expect(epsilonAt(rdpBudget(3, 8, delta), 8, delta)).toBeCloseTo(3, 12);
  expect(rdpBudget(1, 2, delta)).toBeLessThan(0);
});

test('under a cap the order is the one at which most runs fit', () => {
  const cap = 20;
  const fitting = (order: number): number => rdpBudget(cap, order, delta) / rdpOfDraws(run, 658, order);
  const order = chooseOrder(run, delta, cap);
  for (const other of [2, 3, 4, 5, 6, 8, 16]) expect(fitting(order)).toBeGreaterThanOrEqual(fitting(other));
});

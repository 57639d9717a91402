/**
 * @file The privacy filter: how much Renyi differential privacy (RDP) a data set may lose over all of its runs, whose settings may depend on what earlier
 * runs gave (Feldman & Zrnic, arXiv 2008.11193, theorem 4.3). It holds at ONE order that is fixed beforehand, also for runs side by side (Haney et al.,
 * arXiv 2309.05901); to look for an order that happens to fit after each run would be a different claim, without a proof.
 */

import type { Phase } from '@softpost/shared/privacy/event';
import { RDP_ORDERS, rdpOfPhases } from '@softpost/shared/privacy/rdp';

/** Integers only: there RDP is a sum without cancellation, and it covers noise on a grid of integers as well. */
const FILTER_ORDERS = RDP_ORDERS.filter((order) => Number.isInteger(order) && order >= 2);

/** Covers the rounding of sums. */
const ROUND_UP = 1 + 1e-9;

/** What a run does to the data: `phases` in `steps` draws, or null for a run without privacy. */
export interface Mechanism {
  readonly phases: readonly Phase[] | null;
  readonly steps: number;
}

/**
 * RDP at `order` of `draws` draws of a mechanism planned for `steps` of them. Each phase is charged in proportion, rounded up to whole steps. A draw that
 * an interruption lost was a step of any phase: so it is charged as one of each, also where a record takes part in one step of several only (BandMF).
 * @param lost how many of the draws are not on the way to the result
 */
export function rdpOfDraws({ phases, steps }: Mechanism, draws: number, order: number, lost = 0): number {
  if (draws === 0) return 0;
  if (phases === null) return Infinity;
  const drawn = phases.map((phase) => ({
    ...phase,
    steps: Math.ceil((phase.steps * (draws - lost)) / steps) + lost,
  }));
  return rdpOfPhases(drawn, [order])[0]! * ROUND_UP;
}

/** What epsilon costs beyond RDP at this order and delta: Canonne, Kamath, Steinke (arXiv 2004.00010), proposition 12. */
function conversion(order: number, delta: number): number {
  return Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
}

/** The epsilon that an RDP at `order` gives; 0 only where nothing was spent. */
export function epsilonAt(rdp: number, order: number, delta: number): number {
  return rdp === 0 ? 0 : Math.max(0, rdp + conversion(order, delta));
}

/** The RDP at `order` that may be spent within (epsilon, delta); below 0 where this order can never do. */
export function rdpBudget(epsilon: number, order: number, delta: number): number {
  return epsilon - conversion(order, delta);
}

/** The epsilon of an RDP curve at its best order: ordinary composition, for settings that were all fixed beforehand. */
export function bestEpsilon(rdpAt: (order: number) => number, delta: number): number {
  return Math.min(...FILTER_ORDERS.map((order) => epsilonAt(rdpAt(order), order, delta)));
}

/** The order to fix for a data set with its first run: where the most such runs fit under the cap, or where, without one, epsilon is least. */
export function chooseOrder(first: Mechanism, delta: number, cap: number | null): number {
  const cost = (order: number): number => {
    const rdp = rdpOfDraws(first, first.steps, order);
    if (cap === null) return epsilonAt(rdp, order, delta);
    const budget = rdpBudget(cap, order, delta);
    return budget > 0 ? rdp / budget : Infinity;
  };
  const costs = FILTER_ORDERS.map(cost);
  return FILTER_ORDERS[costs.indexOf(Math.min(...costs))]!;
}

import { expect, test } from 'vitest';
import { phasesOf } from '@softpost/shared/privacy/event';
import { createSamplingPlan, runEvent } from '../privacy/sampling-plan.ts';
import { bandMemory, type BandMemory } from './band-memory.ts';
import { insecureTestRandom } from './csprng.ts';

function planWith(bands: number, steps: number) {
  return createSamplingPlan({
    publicSize: 100,
    lotSize: 5,
    steps,
    delta: 1e-9,
    clipNorm: 1,
    noiseMultiplier: 1,
    bands,
  });
}

function memoryFor(bands: number, steps = 20, size = 60): BandMemory {
  return bandMemory(planWith(bands, steps), size, 1, insecureTestRandom(7));
}

// Kills: a turn that is not the group's, such as step + 1 or a random group: a record would take part in steps less than b apart.
test('each record has its turn once in b steps, always at the same place', () => {
  const { turn } = memoryFor(4);
  const cycle = [0, 1, 2, 3].flatMap((step) => [...turn(step)]);
  expect(cycle.toSorted((a, b) => a - b)).toEqual([...Array(60).keys()]);
  for (let step = 0; step < 16; step++) expect(turn(step + 4)).toEqual(turn(step));
});

test('a record more moves no other one', () => {
  const [few, more] = [memoryFor(4), memoryFor(4, 20, 61)];
  for (let step = 0; step < 4; step++)
    expect([...more.turn(step)].filter((record) => record < 60)).toEqual([...few.turn(step)]);
});

// Kills: coins tossed where there is but one group, after which lot and noise would be others than those of DP-SGD.
test('one band draws nothing and keeps nothing', () => {
  const random = insecureTestRandom(7);
  const memory = bandMemory(planWith(1, 5), 3, 1, random);
  expect([...memory.turn(4)]).toEqual([0, 1, 2]);
  expect(random.bits53()).toBe(insecureTestRandom(7).bits53());
  expect(memory.save()).toEqual({});
  memory.restore({}, true);
});

test('a checkpoint keeps the groups, and draws none', () => {
  const before = memoryFor(3);
  const random = insecureTestRandom(8);
  const after = bandMemory(planWith(3, 20), 60, 1, random);
  after.restore(before.save(), true);
  for (const step of [0, 1, 2]) expect(after.turn(step)).toEqual(before.turn(step));
  expect(random.bits53()).toBe(insecureTestRandom(8).bits53());
  expect(() => bandMemory(planWith(3, 20), 59, 1, random).restore(before.save(), true)).toThrow(/groups/);
});

/**
 * A run of `steps` that is killed after `drawn` of them and goes on from a checkpoint of `kept`. Entry [draw][row] is what the sum of a draw adds to a row
 * that the mechanism was given.
 */
function responses(bands: number, steps: number, kept: number, drawn: number) {
  const draws = [...range(0, drawn), ...range(kept, steps)];
  const rows = draws.map((_, impulse) => {
    let memory = memoryFor(bands, steps);
    let checkpoint = memory.save();
    return draws.map((step, draw) => {
      if (draw === kept) checkpoint = memory.save();
      if (draw === drawn) {
        memory = memoryFor(bands, steps);
        memory.restore(checkpoint, drawn === kept);
      }
      let given = 0;
      memory.release(Float64Array.of(draw === impulse ? 1 : 0), step, (row) => (given = row[0]!));
      return given;
    });
  });
  return { draws, rows };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

// Kills: sums kept although the rows that follow them were drawn before: a contribution would be in them twice, under fresh noise. The ledger charges
// the planned participations and one more for each draw that was lost (filter.ts).
test.each([
  [2, 9, 4, 5],
  [3, 12, 6, 10],
  [4, 14, 5, 5],
  [4, 14, 5, 12],
  [5, 20, 18, 20],
])(
  '%i bands, %i steps, killed at %i of which %i: no two draws of a group share a row, and none is longer than 1',
  (bands, steps, kept, drawn) => {
    const { draws, rows } = responses(bands, steps, kept, drawn);
    const [planned] = phasesOf(runEvent(planWith(bands, steps)), 'add-or-remove-one');
    for (let group = 0; group < bands; group++) {
      const own = rows.filter((_, draw) => draws[draw]! % bands === group);
      expect(own.length).toBeLessThanOrEqual(planned!.steps + drawn - kept);
      for (const row of own) expect(Math.hypot(...row)).toBeLessThan(1 + 1e-12);
      for (const at of draws.keys()) expect(own.filter((row) => row[at] !== 0).length).toBeLessThanOrEqual(1);
    }
  },
);

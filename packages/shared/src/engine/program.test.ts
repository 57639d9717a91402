import { expect, test } from 'vitest';
import { symbol } from './dim.ts';
import { Graph } from './graph.ts';
import { add, expand, mul } from './ops.ts';
import { loadProgram, lowerProgram, type Feeds } from './program.ts';

/** y = x * scale + 1 and the input x itself, for any number of rows. */
async function load() {
  const graph = new Graph();
  const x = graph.input('x', [symbol('B'), 2]);
  const y = add(mul(x, expand(graph.input('scale', []), [symbol('B'), 2])), 1);
  return loadProgram(lowerProgram({ y, x }), { threads: 1 });
}

const feeds: Feeds = { x: Float32Array.of(1, 2, 3, 4), scale: Float32Array.of(10) };

test('one program runs with several values of its symbols', async () => {
  const program = await load();
  expect(await program.run({ B: 2 }, feeds)).toEqual({ y: Float32Array.of(11, 21, 31, 41), x: feeds['x'] });
  expect((await program.run({ B: 1 }, { ...feeds, x: Float32Array.of(5, 6) }))['y']).toEqual(Float32Array.of(51, 61));
  expect((await program.run({ B: 0 }, { ...feeds, x: new Float32Array() }))['y']).toEqual(new Float32Array());
  await program.dispose();
});

test('an output goes into a given array', async () => {
  const program = await load();
  const y = new Float32Array(4);
  expect((await program.run({ B: 2 }, feeds, { y }))['y']).toBe(y);
  expect(y).toEqual(Float32Array.of(11, 21, 31, 41));
  await program.dispose();
});

test('only the outputs asked for are computed', async () => {
  const program = await load();
  expect(await program.run({ B: 2 }, feeds, {}, ['y'])).toEqual({ y: Float32Array.of(11, 21, 31, 41) });
  await expect(program.run({ B: 2 }, feeds, {}, ['z'])).rejects.toThrow('there is no output z');
  await program.dispose();
});

test.each<[string, Readonly<Record<string, number>>, Feeds, Feeds]>([
  ['input scale is not fed', { B: 2 }, { x: feeds['x']! }, {}],
  ["input 'x' holds 4 elements, but its shape [3, 2] asks for 6", { B: 3 }, feeds, {}],
  ['dimension B', {}, feeds, {}],
  ['there is no output z', { B: 2 }, feeds, { z: new Float32Array(4) }],
  ['holds 3 elements, but its shape [2, 2] asks for 4', { B: 2 }, feeds, { y: new Float32Array(3) }],
])('refuses: %s', async (message, bindings, values, into) => {
  const program = await load();
  await expect(program.run(bindings, values, into)).rejects.toMatchObject({
    code: 'ENGINE',
    message: expect.stringContaining(message) as string,
  });
  await program.dispose();
});

test('a graph with weights needs a model folder', () => {
  const y = add(new Graph().weight('w', [2]), 1);
  expect(() => lowerProgram({ y })).toThrow('weight w in a graph without a model folder');
});

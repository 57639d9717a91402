/** @file What is compared with what, and the ratio to reach. */

/** A process of one side: a script and its arguments beyond folders and threads. */
export interface SideOfRow {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
}

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly ours: SideOfRow;
  readonly peers: readonly (SideOfRow & { readonly reach: number | undefined })[];
  /** The quantity compared, in milliseconds. */
  readonly quantity: 'ms' | 'process_ms';
  /** One step is all that a process does: a new one for every round. */
  readonly fresh: boolean;
}

const BATCH = [8, 32].map((batch) => ({ batch, args: ['--batch', String(batch)] }));
const DISTILLATION = ['--batch', '4', '--length', '128'];

export const ROWS: readonly Row[] = [
  row('transfer-8', 'transfer step, 12 layers, B=8', 'transfer-step', BATCH[0]!.args, [
    ['PEFT', 'peft-transfer-step', 3.3],
    ['research pipeline', 'research-transfer-step', 6],
    ['hand-optimised', 'optimised-transfer-step', undefined],
  ]),
  row('transfer-32', 'transfer step, 12 layers, B=32', 'transfer-step', BATCH[1]!.args, [
    ['hand-optimised', 'optimised-transfer-step', 3.2],
  ]),
  ...BATCH.map(({ batch, args }) =>
    row(`gradients-${batch}`, `per-example prompt gradients, 2 layers, B=${batch}`, 'prompt-gradients', args, [
      ['vmap(grad)', 'vmap-prompt-gradients', 1.9],
    ]),
  ),
  row('distillation', 'distillation step, 53 M parameters, 512 positions', 'distillation-step', DISTILLATION, [
    ['fused AdamW', 'distillation-step', 1.25],
  ]),
  {
    ...row(
      'load',
      'process start to first step, 124 M parameters',
      'load-and-first-step',
      [],
      [['from_pretrained', 'load-and-first-step', undefined]],
    ),
    quantity: 'process_ms',
    fresh: true,
  },
];

function row(
  id: string,
  title: string,
  script: string,
  args: readonly string[],
  peers: readonly (readonly [name: string, script: string, reach: number | undefined])[],
): Row {
  return {
    id,
    title,
    ours: { name: 'softpost', script, args },
    peers: peers.map(([name, peer, reach]) => ({ name, script: peer, args, reach })),
    quantity: 'ms',
    fresh: false,
  };
}

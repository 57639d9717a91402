/** @file For tests: runs on made-up records, and, run as a program, a process that spends until it is killed. */

import { Ledger, type RunRequest } from './ledger.ts';

/** 100 such steps spend epsilon 7.973 at delta 1e-5, at order 3. */
export const STEP = { samplingRate: 0.1, noiseMultiplier: 1 } as const;

export function texts(count: number, name = 'record'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}

export function request(
  ledger: Ledger,
  records: readonly string[],
  options: Partial<RunRequest> & { readonly out?: string } = {},
): RunRequest {
  const { out = 'prompt', ...rest } = options;
  const steps = options.steps ?? 10;
  return {
    records: records.map((text) => ledger.hashRecord(text)),
    purpose: [out],
    adjacency: 'add-or-remove-one',
    unit: 'example',
    phases: [{ ...STEP, steps }],
    steps,
    from: 0,
    certified: { epsilon: 1, delta: 1e-5 },
    ...rest,
  };
}

/** As a program it takes `steps` steps of a run to `out`, and writes the run's name, then the count of each step that it was granted. */
if (process.argv[1] === import.meta.filename) {
  const [, , path, out, steps, cap] = process.argv;
  try {
    using ledger = new Ledger(path!);
    const plan = { out: out!, steps: Number(steps), ...(cap ? { cap: Number(cap) } : {}) };
    const run = ledger.begin(request(ledger, texts(20), plan));
    process.stdout.write(`${run.id}\n`);
    for (let step = 1; step <= Number(steps); step++) {
      run.spend();
      process.stdout.write(`${step}\n`);
    }
    run.close();
  } catch (error) {
    process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`);
  }
}

/** @file What a long step tells while it runs. The same events feed a terminal, a log and a job's history. */

/** One step of a phase is done: `step` of `steps`, counted from 1, with whatever numbers describe it (`loss`, `lr`). */
export interface ProgressEvent {
  readonly kind: 'progress';
  readonly phase: string;
  readonly step: number;
  readonly steps: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface MessageEvent {
  readonly kind: 'message';
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

export type RunEvent = ProgressEvent | MessageEvent;

/** Where a step sends its events; it must not throw. */
export type Report = (event: RunEvent) => void;

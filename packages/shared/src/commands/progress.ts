/** @file Shows the events of a long step: a bar with the time left on a terminal, plain lines in a log, JSON lines for programs. */

import type { ProgressEvent, Report, RunEvent } from '../events.ts';

/** Milliseconds between two pictures of the same phase. */
const TERMINAL_INTERVAL = 100;
const LOG_INTERVAL = 5_000;

const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\x1b[2K';

export interface ReporterOptions {
  /** JSON lines, every event, instead of text. */
  readonly json: boolean;
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** Milliseconds. @default performance.now */
  readonly now?: () => number;
}

export interface Reporter {
  readonly report: Report;
  /** Ends a half-drawn bar, so that what follows starts on its own line. */
  readonly close: () => void;
}

export function createReporter({ json, stream, now = () => performance.now() }: ReporterOptions): Reporter {
  if (json) return { report: (event) => stream.write(`${JSON.stringify(event)}\n`), close: () => undefined };
  return stream.isTTY ? terminalReporter(stream, now) : logReporter(stream, now);
}

function terminalReporter(stream: ReporterOptions['stream'], now: () => number): Reporter {
  const pace = createPace(TERMINAL_INTERVAL, now);
  let bar = '';
  const close = (): void => {
    if (bar) stream.write('\n');
    bar = '';
  };
  return {
    close,
    report: (event) => {
      if (event.kind === 'message') {
        stream.write(`${bar ? CLEAR_LINE : ''}${messageLine(event)}\n${bar}`);
        return;
      }
      const secondsLeft = pace(event);
      if (secondsLeft === undefined) return;
      const filled = Math.round((BAR_WIDTH * event.step) / event.steps);
      const picture = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
      bar = `${event.phase} ${picture} ${progressText(event, secondsLeft)}`.slice(0, (stream.columns ?? 80) - 1);
      stream.write(`${CLEAR_LINE}${bar}`);
      if (event.step === event.steps) close();
    },
  };
}

function logReporter(stream: ReporterOptions['stream'], now: () => number): Reporter {
  const pace = createPace(LOG_INTERVAL, now);
  return {
    close: () => undefined,
    report: (event) => {
      if (event.kind === 'message') {
        stream.write(`${messageLine(event)}\n`);
        return;
      }
      const secondsLeft = pace(event);
      if (secondsLeft !== undefined) stream.write(`${event.phase} ${progressText(event, secondsLeft)}\n`);
    },
  };
}

/**
 * Seconds left in the phase of an event, or undefined when it came too soon after the last shown one.
 * First and last step of a phase are always shown. A resumed phase starts late, so speed is measured from its first event.
 */
function createPace(interval: number, now: () => number): (event: ProgressEvent) => number | undefined {
  let first = { phase: '', step: 0, time: 0 };
  let shown = 0;
  return ({ phase, step, steps }) => {
    const time = now();
    const isNew = phase !== first.phase || step < first.step;
    if (isNew) first = { phase, step, time };
    if (!isNew && step < steps && time - shown < interval) return undefined;
    shown = time;
    return ((time - first.time) / 1_000 / (step - first.step)) * (steps - step);
  };
}

function progressText({ step, steps, metrics }: ProgressEvent, secondsLeft: number): string {
  const numbers = Object.entries(metrics).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  // The first event of a phase has no speed yet.
  const left = step < steps && Number.isFinite(secondsLeft) ? [`${duration(secondsLeft)} left`] : [];
  return [`${step}/${steps}`, ...numbers, ...left].join('  ');
}

function messageLine({ level, message }: Exclude<RunEvent, ProgressEvent>): string {
  return level === 'info' ? message : `${level}: ${message}`;
}

/** For example `8s`, `2m 05s`, `1h 04m`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  const pad = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}m ${pad(whole % 60)}s` : `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
}

/**
 * @file What Prometheus reads. Labels are routes, codes and teachers: never a tenant, a prompt, or anything that a client wrote, which
 * would tell operators what they need not know and make one series for each of them.
 */

import { isSoftpostError } from '@softpost/shared/errors';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EngineStats, Usage } from '../serve/engine.ts';
import type { Serving } from '../serve/serving.ts';

export interface Metrics {
  readonly contentType: string;
  /** Prometheus' text format. */
  text(): Promise<string>;
  /** The same serving, counted: for every protocol that is in front of it. */
  metered(serving: Serving): Serving;
  countRequest(route: string, status: number, seconds: number): void;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const GAUGES = {
  waiting: 'Texts that wait for their turn.',
  running: 'Texts being written.',
  prompts: 'Prompts in memory.',
  promptBytes: 'Bytes of prompts in memory, their keys and values included.',
  cacheBytes: 'Bytes of the caches of texts being written.',
} as const satisfies Readonly<Record<keyof EngineStats, string>>;

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const requests = new Counter({
    name: 'softpost_http_requests_total',
    help: 'HTTP requests by route and status.',
    labelNames: ['route', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'softpost_http_request_seconds',
    help: 'From the request to the end of its answer.',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
  });
  const calls = new Counter({
    name: 'softpost_serving_calls_total',
    help: 'Calls by kind and how they ended: ok, or the code of the error.',
    labelNames: ['kind', 'end'],
    registers,
  });
  const callSeconds = new Histogram({
    name: 'softpost_serving_call_seconds',
    help: 'From the call to its end.',
    labelNames: ['kind'],
    buckets: SECONDS,
    registers,
  });
  const firstSeconds = new Histogram({
    name: 'softpost_serving_first_text_seconds',
    help: 'From the call to the first text of a generation.',
    buckets: SECONDS,
    registers,
  });
  const tokens = new Counter({
    name: 'softpost_serving_tokens_total',
    help: 'Tokens of finished calls: read or written; virtual tokens are not counted.',
    labelNames: ['direction'],
    registers,
  });

  const count = (kind: string, begin: number, end: string, usage?: Usage): void => {
    calls.inc({ kind, end });
    callSeconds.observe({ kind }, secondsSince(begin));
    tokens.inc({ direction: 'read' }, usage?.inputTokens ?? 0);
    tokens.inc({ direction: 'written' }, usage?.outputTokens ?? 0);
  };

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countRequest: (route, status, seconds) => {
      requests.inc({ route, status });
      requestSeconds.observe({ route }, seconds);
    },
    metered: (serving) => {
      for (const gauge of gaugesOf(serving)) registry.registerMetric(gauge);
      return {
        ...serving,
        classify: async (call, signal) => {
          const begin = performance.now();
          try {
            const result = await serving.classify(call, signal);
            count('classify', begin, 'ok', result.usage);
            return result;
          } catch (reason) {
            count('classify', begin, codeOf(reason));
            throw reason;
          }
        },
        generate: async function* (call, signal) {
          const begin = performance.now();
          let isFirst = true;
          let usage: Usage | undefined;
          // A reader that leaves ends the loop without an error.
          let end = 'CANCELLED';
          try {
            for await (const piece of serving.generate(call, signal)) {
              if (isFirst) firstSeconds.observe(secondsSince(begin));
              isFirst = false;
              if (piece.end) [end, usage] = ['ok', piece.end.usage];
              yield piece;
            }
          } catch (reason) {
            end = codeOf(reason);
            throw reason;
          } finally {
            count('generate', begin, end, usage);
          }
        },
      };
    },
  };
}

function gaugesOf(serving: Serving): readonly Gauge[] {
  return (Object.entries(GAUGES) as [keyof EngineStats, string][]).map(
    ([name, help]) =>
      new Gauge({
        name: `softpost_serving_${name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`)}`,
        help,
        labelNames: ['teacher'],
        registers: [],
        async collect() {
          for (const [teacher, stats] of await serving.stats()) this.set({ teacher }, stats[name]);
        },
      }),
  );
}

function codeOf(reason: unknown): string {
  return isSoftpostError(reason) ? reason.code : 'ENGINE';
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}

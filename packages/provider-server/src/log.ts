/** @file The provider's log: JSON lines of what happened, without what anybody sent. */

import { pino, type DestinationStream, type Logger } from 'pino';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Whoever writes a line names what it holds; these are the names that content would have. They are only the second line of defence:
 * the first is that no such thing is given to the log.
 */
const CONTENT = ['authorization', 'apiKey', 'secret', 'text', 'texts', 'prompt', 'receipt', 'signedEnvelope', 'task'];

/** @param destination @default standard error: standard output belongs to the result of the command */
export function createLog(level: LogLevel, destination: DestinationStream = process.stderr): Logger {
  const paths = CONTENT.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base: null, redact: { paths, remove: true } }, destination);
}

/**
 * @file The frame of both command-line programs: one result, one error form, one set of exit codes.
 *
 * stdout carries the result alone: text, or with `--json` exactly one JSON document. Everything else goes to stderr:
 * progress and errors, with `--json` as JSON lines, an error as `{"error":{"code","message","remedy"}}`.
 * Exit codes: 0 success, 1 error, 2 wrong usage, 130 and 143 stopped by SIGINT and SIGTERM.
 */

import { constants } from 'node:os';
import { inspect } from 'node:util';

import { Command, CommanderError } from 'commander';

import { isSoftpostError, SoftpostError } from '../errors.ts';
import type { Report } from '../events.ts';
import { createReporter } from './progress.ts';

export interface ActionContext {
  /** Aborted by the first SIGINT or SIGTERM; the second one ends the process at once. */
  readonly signal: AbortSignal;
  readonly report: Report;
}

export interface Action<Options, Result> {
  /** Does the work; `options` is what commander made of flags and arguments, by their names, so its type must agree with them. */
  readonly run: (options: Options, context: ActionContext) => Promise<Result> | Result;
  /** The result for people, without the final newline. `--json` prints the result itself. */
  readonly text: (result: Result) => string;
  /** An error that the program ends with AFTER the result is printed, where the result itself is the bad news. */
  readonly failure?: (result: Result) => SoftpostError | undefined;
}

/** An empty program; commands are added with `program.command(...)` and `setAction`. */
export function createProgram(name: string, version: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
}

/** Gives `command` its action and the `--json` option. Import heavy modules inside `run`, so that `--help` stays quick. */
export function setAction<Options, Result>(command: Command, action: Action<Options, Result>): void {
  command.option('--json', 'print one JSON document; progress and errors become JSON lines on stderr');
  command.action(async () => {
    const words = command.registeredArguments.map((word, index) => [
      word.name(),
      command.processedArgs[index] as unknown,
    ]);
    const options = { ...command.opts(), ...Object.fromEntries(words) } as Options & { readonly json?: true };
    const json = options.json ?? false;
    const reporter = createReporter({ json, stream: process.stderr });
    const interruption = listenForSignals();
    try {
      const result = await action.run(options, { signal: interruption.signal, report: reporter.report });
      process.stdout.write(`${json ? JSON.stringify(result) : action.text(result)}\n`);
      const failure = action.failure?.(result);
      if (failure) throw failure;
    } catch (error) {
      // What an abort looks like deep inside (AbortError, a killed child) means nothing to the user.
      const isAbort = !isSoftpostError(error) || error.code === 'CANCELLED';
      throw interruption.signal.aborted && isAbort ? interruption.signal.reason : error;
    } finally {
      interruption.stop();
      reporter.close();
    }
  });
}

/** Runs the command that `argv` names and sets the exit code of the process. */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  const json = argv.includes('--json');
  for (const stream of [process.stdout, process.stderr]) stream.on('error', passOverClosedPipe);
  process.on('uncaughtException', (error) => {
    writeError(error, json);
    process.exit(exitCode(error));
  });
  endWithStarter();
  try {
    await program.parseAsync(argv);
    process.exitCode = 0;
  } catch (error) {
    process.exitCode = exitCode(error);
    if (!(error instanceof CommanderError && isHelp(error))) writeError(error, json);
  }
}

/** Whoever starts this program with a channel (`ipc` of `spawn`) wants it to end when he ends, even by kill -9: as if by SIGTERM. */
function endWithStarter(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

/** A reader such as `head` that has seen enough decides neither whether the work goes on nor how the program ends. */
function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  throw new SoftpostError('CANNOT_WRITE', `cannot write the output: ${error.message}`, { cause: error });
}

/** The signal that stopped the process, kept as the reason's cause, decides the exit code. */
function listenForSignals(): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const onSignal = (cause: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[cause]);
    controller.abort(new SoftpostError('CANCELLED', `stopped by ${cause}`, { cause }));
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!isSoftpostError(error)) return 1;
  if (error.code === 'BAD_OPTION') return 2;
  if (error.code === 'CANCELLED') return error.cause === 'SIGTERM' ? 143 : 130;
  return 1;
}

/** Commander ends `--help`, `--version` and a call without a command in an error, after it has printed the text. */
function isHelp(error: CommanderError): boolean {
  return ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code);
}

function writeError(error: unknown, json: boolean): void {
  const { code, message, remedy } = toSoftpostError(error);
  const document = JSON.stringify({ error: { code, message, remedy } });
  process.stderr.write(json ? `${document}\n` : `error: ${message} (${code})\n${remedy}\n`);
  if (process.env['SOFTPOST_DEBUG']) process.stderr.write(`${inspect(error)}\n`);
}

function toSoftpostError(error: unknown): SoftpostError {
  if (isSoftpostError(error)) return error;
  if (error instanceof CommanderError) return new SoftpostError('BAD_OPTION', error.message.replace(/^error: /, ''));
  return new SoftpostError('ENGINE', error instanceof Error ? error.message : String(error));
}

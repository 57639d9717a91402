/**
 * @file The owner's configuration: a YAML file, in which paths are relative to the file, and SOFTPOST_* variables, which win. Secrets are in files of their
 * own, named here: neither a command line nor a variable ever holds one.
 */

import { dirname, resolve } from 'node:path';
import { isThere, readText } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { defaultLedgerFile, stateFolder } from './ledger/default-ledger.ts';
import { signingKeyFile } from './release/owner-key-file.ts';
import { runSchema, type RunConfig } from './run/run-config.ts';

const path = z.string().min(1).max(4096);

const providerSchema = z.strictObject({
  /** Host and port of its gRPC service. */
  address: z.string().regex(/^[A-Za-z0-9.-]{1,253}:\d{1,5}$|^\[[0-9a-fA-F:]{2,39}\]:\d{1,5}$/, 'must be HOST:PORT'),
  /** PEM file of the Ed25519 key that signs its students and its log, got on another way than the students. */
  publicKey: path,
  /** PEM file of the authority that signed its certificate. @default those that Node.js trusts */
  ca: path.optional(),
  /** File with the API key, for its owner alone. */
  apiKey: path.optional(),
  /** PEM files of this site's client certificate and its key, where the provider asks for one. */
  certificate: path.optional(),
  certificateKey: path.optional(),
});

const configSchema = z
  .strictObject({
    provider: providerSchema,
    /** The key that signs receipts and submissions. */
    key: path.optional(),
    ledger: path.optional(),
    /** Folder of what this site remembers: the record of what left it, students, submissions. */
    state: path.optional(),
    run: runSchema.optional(),
  })
  .refine(
    ({ provider: { certificate, certificateKey } }) => (certificate === undefined) === (certificateKey === undefined),
    {
      path: ['provider', 'certificateKey'],
      message: 'certificate and certificateKey need each other',
    },
  );

type ConfigFile = z.infer<typeof configSchema>;

/** Complete, with absolute paths. */
export interface OwnerConfig {
  readonly provider: Readonly<ConfigFile['provider']>;
  readonly keyFile: string;
  readonly ledgerFile: string;
  readonly stateDir: string;
  readonly run: RunConfig | undefined;
}

/** Variables, and the place in the file that each stands for. */
const VARIABLES = {
  SOFTPOST_PROVIDER_ADDRESS: ['provider', 'address'],
  SOFTPOST_PROVIDER_PUBLIC_KEY: ['provider', 'publicKey'],
  SOFTPOST_PROVIDER_CA: ['provider', 'ca'],
  SOFTPOST_API_KEY_FILE: ['provider', 'apiKey'],
  SOFTPOST_CERTIFICATE: ['provider', 'certificate'],
  SOFTPOST_CERTIFICATE_KEY: ['provider', 'certificateKey'],
  SOFTPOST_OWNER_KEY: ['key'],
  SOFTPOST_LEDGER: ['ledger'],
  SOFTPOST_STATE: ['state'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const MAX_BYTES = 1 << 20;

/** @throws SoftpostError FILE_NOT_FOUND; BAD_CONFIG naming file and key */
export async function readConfig(file: string, environment: NodeJS.ProcessEnv = process.env): Promise<OwnerConfig> {
  if (!(await isThere(file))) {
    throw new SoftpostError('FILE_NOT_FOUND', `${file}: there is no configuration; softpost-owner init makes one`);
  }
  const value = parse(file, await readText(file, { maxBytes: MAX_BYTES, code: 'BAD_CONFIG' }));
  const data = checkConfig(file, withVariables(value, environment));
  const absolute = (name: string): string => resolve(dirname(file), name);
  const { provider, key, ledger, state, run } = data;
  return {
    provider: { ...mapValues(provider, absolute), address: provider.address },
    keyFile: key === undefined ? signingKeyFile(environment) : absolute(key),
    ledgerFile: ledger === undefined ? defaultLedgerFile(environment) : absolute(ledger),
    stateDir: state === undefined ? stateFolder(environment) : absolute(state),
    run: run && withAbsolutePaths(run, absolute),
  };
}

function withAbsolutePaths(run: RunConfig, absolute: (name: string) => string): RunConfig {
  const { task, data, out, evaluate } = run;
  const paths = { task: absolute(task), data: absolute(data), out: absolute(out) };
  return { ...run, ...paths, ...(evaluate === undefined ? {} : { evaluate: absolute(evaluate) }) };
}

/** What a configuration file may hold. @throws SoftpostError BAD_CONFIG naming file and key */
export function checkConfig(file: string, value: unknown): ConfigFile {
  const { data, error } = configSchema.safeParse(value);
  if (!error) return data;
  const [issue] = error.issues;
  const place = z.core.toDotPath(issue?.path ?? []);
  throw new SoftpostError('BAD_CONFIG', [file, place, issue?.message].filter(Boolean).join(': '));
}

function parse(file: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseYaml(text, { logLevel: 'error' });
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SoftpostError('BAD_CONFIG', `${file}: ${fault}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SoftpostError('BAD_CONFIG', `${file}: it is not a mapping of keys to values`);
}

function withVariables(value: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv): unknown {
  const provider: Record<string, unknown> = { ...(value['provider'] as object | undefined) };
  const merged: Record<string, unknown> = { ...value, provider };
  for (const [variable, [first, second]] of Object.entries<readonly string[]>(VARIABLES)) {
    const given = environment[variable];
    if (!given) continue;
    // Unlike in the file, a path is relative to where the program was started.
    const content = second === 'address' ? given : resolve(given);
    if (second === undefined) merged[first!] = content;
    else provider[second] = content;
  }
  return merged;
}

function mapValues<T extends object>(value: T, change: (text: string) => string): T {
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, change(String(text))])) as T;
}

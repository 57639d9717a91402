/** @file The provider's configuration: a YAML file, in which paths are relative to the file, and SOFTPOST_* variables, which win. */

import { dirname, resolve } from 'node:path';
import { checkConfig, readConfigFile, withVariables, type Variables } from '@softpost/shared/commands/config-file';
import { z } from 'zod';
import { LOG_LEVELS } from './log.ts';

const path = z.string().min(1).max(4096);
const address = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]{1,253}):\d{1,5}$/, 'must be HOST:PORT');
const seconds = z.number().min(0).max(86_400);

const configSchema = z.strictObject({
  /** Where gRPC listens. */
  address: address.default('0.0.0.0:7443'),
  tls: z.strictObject({
    certificate: path,
    key: path,
    /** Authority of client certificates; with it every client must have one. */
    clientCa: path.optional(),
  }),
  /** Folder of the embedded database, of artifacts and of jobs under way. */
  dataDir: path.default('data'),
  /** Of a PostgreSQL server; without it the embedded database is used. */
  databaseUrl: z.string().min(1).max(4096).optional(),
  /** Tokens of an identity provider, beside API keys. */
  tokens: z
    .strictObject({
      issuer: z.string().min(1).max(1000),
      audience: z.string().min(1).max(1000),
      /** File with the issuer's keys (JWKS), or its https URL. */
      keys: path,
    })
    .optional(),
  limits: z
    .strictObject({
      /** Calls at a time of all callers. */
      calls: z.int().min(1).max(100_000).default(256),
      /** Of a tenant that has no limit of its own. */
      callsPerTenant: z.int().min(1).max(100_000).default(16),
      /** Most seconds of a call that is not a stream. */
      callSeconds: seconds.min(1).default(60),
    })
    .prefault({}),
  /** What happens when the process is told to end. */
  drain: z
    .strictObject({
      /** How long health says so before anything ends: as long as a load balancer needs to notice. */
      delaySeconds: seconds.default(0),
      /** How long calls may go on then. */
      graceSeconds: seconds.default(20),
    })
    .prefault({}),
  /** Whether operators may ask for the protocol. */
  reflection: z.boolean().default(false),
  logLevel: z.enum(LOG_LEVELS).default('info'),
});

export type ProviderConfig = Readonly<z.infer<typeof configSchema>>;

const VARIABLES = {
  SOFTPOST_ADDRESS: ['address'],
  SOFTPOST_TLS_CERTIFICATE: ['tls', 'certificate'],
  SOFTPOST_TLS_KEY: ['tls', 'key'],
  SOFTPOST_TLS_CLIENT_CA: ['tls', 'clientCa'],
  SOFTPOST_DATA_DIR: ['dataDir'],
  SOFTPOST_DATABASE_URL: ['databaseUrl'],
  SOFTPOST_TOKENS_ISSUER: ['tokens', 'issuer'],
  SOFTPOST_TOKENS_AUDIENCE: ['tokens', 'audience'],
  SOFTPOST_TOKENS_KEYS: ['tokens', 'keys'],
  SOFTPOST_LIMITS_CALLS: ['limits', 'calls'],
  SOFTPOST_LIMITS_CALLS_PER_TENANT: ['limits', 'callsPerTenant'],
  SOFTPOST_LIMITS_CALL_SECONDS: ['limits', 'callSeconds'],
  SOFTPOST_DRAIN_DELAY_SECONDS: ['drain', 'delaySeconds'],
  SOFTPOST_DRAIN_GRACE_SECONDS: ['drain', 'graceSeconds'],
  SOFTPOST_REFLECTION: ['reflection'],
  SOFTPOST_LOG_LEVEL: ['logLevel'],
} as const satisfies Variables;

/**
 * Complete, with absolute paths.
 * @param file undefined: the variables say everything, and paths are relative to where the program was started
 * @throws FILE_NOT_FOUND; BAD_CONFIG naming file and key
 */
export async function readConfig(
  file: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ProviderConfig> {
  const base = file === undefined ? '.' : dirname(file);
  const given = file === undefined ? {} : await readConfigFile(file);
  const merged = withVariables({ ...given, tls: given['tls'] ?? {} }, VARIABLES, environment);
  const config = checkConfig(file ?? 'the SOFTPOST_* variables', merged, configSchema);
  const absolute = <T extends string | undefined>(name: T, variable: keyof typeof VARIABLES): T =>
    (name === undefined ? name : resolve(environment[variable] ? '.' : base, name)) as T;
  const { tls, tokens } = config;
  return {
    ...config,
    dataDir: absolute(config.dataDir, 'SOFTPOST_DATA_DIR'),
    tls: {
      certificate: absolute(tls.certificate, 'SOFTPOST_TLS_CERTIFICATE'),
      key: absolute(tls.key, 'SOFTPOST_TLS_KEY'),
      clientCa: absolute(tls.clientCa, 'SOFTPOST_TLS_CLIENT_CA'),
    },
    tokens:
      tokens === undefined || tokens.keys.startsWith('https://')
        ? tokens
        : { ...tokens, keys: absolute(tokens.keys, 'SOFTPOST_TOKENS_KEYS') },
  };
}

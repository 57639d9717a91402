/** @file The provider's configuration file (YAML): where things are, who may connect, and what is offered. */

import { dirname, resolve } from 'node:path';
import { checkValue, readText } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { parse } from 'yaml';
import { z } from 'zod';
import { LOG_LEVELS } from './log.ts';
import { catalogSchema } from './jobs/catalog.ts';
import { DEFAULT_STRENGTH_LIMIT } from './publish/describe-student.ts';
import { storageSchema } from './store/open-storage.ts';

const port = z.int().min(0).max(65_535);
const count = z.int().min(1);

const configSchema = storageSchema
  .extend({
    dataDir: z.string().min(1).default('provider-data'),
    /** The key that signs students and log, which all servers and workers must have. @default made in the data folder */
    signingKey: z.string().min(1).optional(),
  })
  .extend(catalogSchema.shape)
  .extend({
    grpc: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(50_051),
        /** PEM files; left out, those that `softpost-provider tls init` made in the folder `tls` of the data folder. */
        certificate: z.string().optional(),
        key: z.string().optional(),
        /** Of client certificates: with it every client needs one. */
        clientAuthorities: z.string().optional(),
        reflection: z.boolean().default(false),
        concurrentCalls: count.default(256),
        /** Most seconds of a call that is not a stream. */
        callSeconds: z.number().positive().default(60),
        /** How long calls may go on when the server is told to stop. */
        drainSeconds: z.number().nonnegative().default(10),
      })
      .prefault({}),
    http: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(8080),
        /** PEM files; left out, plain HTTP. */
        certificate: z.string().optional(),
        key: z.string().optional(),
      })
      .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
        error: 'certificate and key need each other',
      })
      .prefault({}),
    /** Tokens instead of API keys. */
    jwt: z
      .strictObject({
        issuer: z.string(),
        audience: z.string(),
        /** File with the issuer's keys (JWKS), or its https URL. */
        keys: z.string(),
      })
      .optional(),
    /** What is asked of the owners' prompts. */
    privacy: z
      .strictObject({
        allowWithoutDp: z.boolean().default(false),
        maxEpsilon: z.number().positive().optional(),
        maxDelta: z.number().positive().optional(),
      })
      .prefault({}),
    /** A student that agrees with its teacher more often than this is not published. */
    maxAgreement: z.number().min(0).max(1).default(DEFAULT_STRENGTH_LIMIT),
    work: z
      .strictObject({
        /** Jobs at once, each in a process of its own; 0 where workers elsewhere do them (PostgreSQL). */
        concurrency: z.int().min(0).max(64).default(1),
        /** Inside one operation. The same number gives the same bits. @default what the machine has */
        threads: z.int().min(1).max(256).optional(),
        /** How often the checkpoint of a running job is copied to the artifacts, for the case that its worker is lost. */
        shareEverySeconds: z.number().positive().default(60),
      })
      .prefault({}),
    serving: z
      .strictObject({
        /** Bytes for prompts with their keys and values, and for the texts being written. */
        bytes: count.default(1 << 30),
        /** Whether prompts may write text; without it they only label, which gives less away of the teacher. */
        generate: z.boolean().default(true),
        threads: z.int().min(1).max(256).optional(),
      })
      .prefault({}),
  })
  .extend({ logLevel: z.enum(LOG_LEVELS).default('info') })
  .strict();

export type ProviderConfig = Readonly<z.infer<typeof configSchema>>;

const LIMITS = { maxBytes: 1 << 20, code: 'BAD_CONFIG' } as const;

/** Paths in it are meant from the file's folder. @throws BAD_CONFIG naming the field; FILE_NOT_FOUND */
export async function readConfig(file: string): Promise<ProviderConfig> {
  const config = checkValue(file, parseYaml(file, await readText(file, LIMITS)), configSchema, 'BAD_CONFIG');
  const at = (path: string): string => resolve(dirname(file), path);
  const optional = <Key extends string>(key: Key, path: string | undefined) =>
    (path === undefined ? {} : { [key]: at(path) }) as { readonly [K in Key]?: string };
  return {
    ...config,
    dataDir: at(config.dataDir),
    ...optional('signingKey', config.signingKey),
    ...(config.artifacts?.kind === 'folder'
      ? { artifacts: { ...config.artifacts, dir: at(config.artifacts.dir) } }
      : {}),
    grpc: {
      ...config.grpc,
      ...optional('certificate', config.grpc.certificate),
      ...optional('key', config.grpc.key),
      ...optional('clientAuthorities', config.grpc.clientAuthorities),
    },
    http: {
      ...config.http,
      ...optional('certificate', config.http.certificate),
      ...optional('key', config.http.key),
    },
    ...(config.jwt ? { jwt: { ...config.jwt, keys: urlOr(config.jwt.keys, at) } } : {}),
    teachers: Object.fromEntries(Object.entries(config.teachers).map(([id, dir]) => [id, at(dir)])),
    datasets: Object.fromEntries(
      Object.entries(config.datasets).map(([id, { file: data, taskFile, licence }]) => [
        id,
        { file: at(data), licence, ...optional('taskFile', taskFile) },
      ]),
    ),
  };
}

function urlOr(text: string, path: (text: string) => string): string {
  return text.startsWith('https://') ? text : path(text);
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (cause) {
    throw new SoftpostError('BAD_CONFIG', `${file} is not YAML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}

/** @file Configuration files of both programs: YAML, checked key by key, with SOFTPOST_* variables that win over the file. */

import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { readText } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';

const MAX_BYTES = 1 << 20;

/** A variable, and the place in the file that it stands for. */
export type Variables = Readonly<Record<string, readonly string[]>>;

/** The mapping in a file. @throws FILE_NOT_FOUND; BAD_CONFIG when it is no mapping */
export async function readConfigFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(file, { maxBytes: MAX_BYTES, code: 'BAD_CONFIG' });
  let value: unknown;
  try {
    value = parseYaml(text, { logLevel: 'error' });
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SoftpostError('BAD_CONFIG', `${file}: ${fault}`, { cause });
  }
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SoftpostError('BAD_CONFIG', `${file}: it is not a mapping of keys to values`);
}

/** The mapping with what the variables say. Their texts become numbers and truth values as in YAML. */
export function withVariables(
  config: Readonly<Record<string, unknown>>,
  variables: Variables,
  environment: NodeJS.ProcessEnv,
): Readonly<Record<string, unknown>> {
  const merged = structuredClone(config) as Record<string, unknown>;
  for (const [variable, place] of Object.entries(variables)) {
    const given = environment[variable];
    if (given === undefined || given === '') continue;
    let at = merged;
    for (const key of place.slice(0, -1)) {
      // What is no mapping there is told by the check.
      if (typeof (at[key] ??= {}) !== 'object') break;
      at = at[key] as Record<string, unknown>;
    }
    at[place.at(-1)!] = scalar(given);
  }
  return merged;
}

/** @param source what the error names it as. @throws BAD_CONFIG with a key that is unknown or wrong */
export function checkConfig<T>(source: string, config: unknown, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(config);
  if (!error) return data;
  // A key that is misspelt is also one that is missing.
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0];
  const place = z.core.toDotPath(issue?.path ?? []);
  throw new SoftpostError('BAD_CONFIG', [source, place, issue?.message].filter(Boolean).join(': '));
}

function scalar(text: string): unknown {
  if (/^(true|false)$/.test(text)) return text === 'true';
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** @file The protocol as it is written in proto/: how each message is read and written. */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadSync, type MethodDefinition, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import type { MethodPath, RequestOf, ServiceName } from './methods.ts';

const PACKAGE = 'softpost/v1';

/**
 * The folder `proto` beside or above a folder. In the repository and in a deployed copy it lies at the top, above all packages.
 * @throws Error when there is none: the installation is not whole
 */
export function protoFolder(from: string): string {
  const folder = join(from, 'proto');
  if (existsSync(join(folder, PACKAGE))) return folder;
  if (dirname(from) === from) throw new Error(`no folder proto/${PACKAGE} above the program`);
  return protoFolder(dirname(from));
}

const folder = protoFolder(import.meta.dirname);

/** Sizes and numbers of events are far below 2^53, so that plain numbers hold them. */
export const packageDefinition: PackageDefinition = loadSync(
  readdirSync(join(folder, PACKAGE)).map((file) => `${PACKAGE}/${file}`),
  { includeDirs: [folder], keepCase: false, longs: Number, enums: String, defaults: true, oneofs: true },
);

export type Method = MethodDefinition<object, object>;

export function serviceDefinition(service: ServiceName): ServiceDefinition {
  return packageDefinition[`softpost.v1.${service}`] as ServiceDefinition;
}

const methods: ReadonlyMap<string, Method> = new Map(
  Object.values(packageDefinition)
    .filter((definition): definition is ServiceDefinition => !('format' in definition))
    .flatMap((service) => Object.values(service) as Method[])
    .map((method) => [method.path, method]),
);

/** All methods that proto/ has, by path. */
export function methodPaths(): readonly MethodPath[] {
  return [...methods.keys()] as MethodPath[];
}

export function methodAt(path: MethodPath): Method {
  return methods.get(path)!;
}

/** A request as the bytes that are sent. */
export function encodeRequest<Path extends MethodPath>(path: Path, request: RequestOf<Path>): Uint8Array {
  return methodAt(path).requestSerialize(request);
}

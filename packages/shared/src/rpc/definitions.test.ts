/** @file The protocol is found where the program is installed, and requests are written as the protocol says. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../artifact/folder.fixture.ts';
import { encodeRequest, methodAt, methodPaths, protoFolder } from './definitions.ts';

test('the folder is found at the top of a deployed copy, above its packages', async () => {
  const dir = await temporaryFolder();
  const deep = join(dir, 'node_modules/.pnpm/shared/node_modules/@softpost/shared/src/rpc');
  await mkdir(deep, { recursive: true });
  await mkdir(join(dir, 'proto/softpost/v1'), { recursive: true });
  // A folder of that name without our package is another program's.
  await mkdir(join(dir, 'node_modules/proto'));
  expect(protoFolder(deep)).toBe(join(dir, 'proto'));
});

test('an installation without it says so', async () => {
  const dir = await temporaryFolder();
  expect(() => protoFolder(dir)).toThrow('no folder proto/softpost/v1');
});

test('all services are there, and a request comes out as it went in', () => {
  expect(methodPaths()).toHaveLength(26);
  const path = '/softpost.v1.StudentService/DownloadStudent';
  const request = { studentId: 's', version: 2, fileName: 'model.safetensors', offset: 2 ** 40 };
  const bytes = encodeRequest(path, request);
  expect(methodAt(path).requestDeserialize(Buffer.from(bytes))).toEqual(request);
});

/** @file Who may call what, asked of a running server: every method in every role, and without a key. */

import { status, type ServiceError } from '@grpc/grpc-js';
import { methodPaths } from '@softpost/shared/rpc/definitions';
import type { MethodPath } from '@softpost/shared/rpc/methods';
import { expect, test } from 'vitest';
import { ROLES, type Role } from '../auth/caller.ts';
import { rawCall } from './raw-call.fixture.ts';
import { servicesThat, startTestServer } from './server.fixture.ts';

/** By hand, on purpose another way round than the table: what each role may call. */
const ALLOWED: Readonly<Record<Role, RegExp>> = {
  owner: /Student|PublicData|Transfer|Job|Prompt|Inference/,
  operator:
    /StudentService|PublicData|JobService|(CreateTenant|ListTenants|SetTenantLimits|ApiKeys?|CreateDistillation|PublishStudent|CreateEvaluation|ListReceipts)$/,
  auditor: /(ListStudents|GetStudent|GetLogConsistency|ListTenants|ListReceipts)$/,
};

function allowed(role: Role, path: MethodPath): boolean {
  if (path.includes('AdminService') && role === 'owner') return false;
  return ALLOWED[role].test(path.slice('/softpost.v1.'.length));
}

// Mutants: a row of the table widened; the check of the role left out; a method forgotten.
test('every role may call what it may, and nothing else', async () => {
  const called: string[] = [];
  const handler = (): Promise<object> & AsyncIterable<object> =>
    Object.assign(Promise.resolve({}), { [Symbol.asyncIterator]: async function* () {} });
  const server = await startTestServer({
    services: servicesThat(handler),
  });
  for (const role of ROLES) {
    const key = await server.newKey(role);
    for (const path of methodPaths()) {
      const answer = await rawCall(server, path, new Uint8Array(), { key });
      const passed = !('code' in answer);
      expect({ role, path, passed }).toEqual({ role, path, passed: allowed(role, path) });
      if (!passed) expect(answer).toMatchObject({ code: status.PERMISSION_DENIED });
      if (passed) called.push(path);
    }
  }
  expect(new Set(called)).toEqual(new Set(methodPaths()));
  for (const path of methodPaths()) {
    expect(await rawCall(server, path, new Uint8Array())).toMatchObject({ code: status.UNAUTHENTICATED });
  }
});

test('without a key only health is answered, and reflection is off', async () => {
  const server = await startTestServer();
  expect(await rawCall(server, '/grpc.health.v1.Health/Check', new Uint8Array())).toEqual(Buffer.from([8, 1]));
  const code = async (path: string, key?: string): Promise<unknown> =>
    ((await rawCall(server, path, new Uint8Array(), key === undefined ? {} : { key })) as ServiceError).code;
  expect(await code('/grpc.health.v1.Health/Watch')).toBe(status.UNAUTHENTICATED);
  expect(await code('/grpc.health.v1.Health/List')).toBe(status.UNAUTHENTICATED);
  const operator = await server.newKey('operator');
  expect(await code('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', operator)).toBe(status.UNIMPLEMENTED);
  expect(await code('/softpost.v1.Nothing/Nothing', operator)).toBe(status.UNIMPLEMENTED);
});

test('reflection, where it is on, is for operators', async () => {
  const server = await startTestServer({ reflection: true });
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  // ListServices.
  const ask = Buffer.from([0x3a, 0x00]);
  expect(await rawCall(server, path, ask, { key: await server.newKey('owner') })).toMatchObject({
    code: status.PERMISSION_DENIED,
  });
  const answer = await rawCall(server, path, ask, { key: await server.newKey('operator') });
  expect(String(answer)).toContain('softpost.v1.StudentService');
});

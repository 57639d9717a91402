/** @file Providers that offer an owner something else than everybody, or something older than before. */

import { generateKeyPairSync } from 'node:crypto';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { FILES, sealManifestWith } from '@softpost/shared/manifest/manifest.fixture';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { addDays, dayOf } from '@softpost/shared/signature/day';
import { expect, test } from 'vitest';
import { asId } from '../ids.ts';
import { startPeer, type Peer } from '../provider.fixture.ts';
import { siteOf } from '../site.fixture.ts';
import type { Site } from '../site.ts';
import { offeredStudent } from './offered-student.ts';
import { publish, sealedManifest, STUDENT, students, type Students } from './students.fixture.ts';

const today = dayOf(new Date());

async function provider(versions: number): Promise<Students & { readonly peer: Peer; readonly site: Site }> {
  const published = students();
  for (let version = 1; version <= versions; version++) publish(published);
  const peer = await startPeer(published.handlers);
  return { ...published, peer, site: await siteOf(peer) };
}

function offered(site: Site, version?: number, day = today): Promise<Manifest> {
  return offeredStudent(site, { studentId: asId('student', STUDENT), version, today: day });
}

test('the newest version is followed as the log grows, and an older one is given to whoever names it', async () => {
  const { site, ...published } = await provider(3);
  expect(await offered(site)).toMatchObject({ studentVersion: 3 });
  expect(await offered(site)).toMatchObject({ studentVersion: 3 });
  publish(published);
  publish(published);
  expect(await offered(site)).toMatchObject({ studentVersion: 5 });
  expect(await offered(site, 2)).toMatchObject({ studentVersion: 2 });
  expect(await offered(site)).toMatchObject({ studentVersion: 5 });
});

// Kills: a version remembered no longer than the process; one that is not remembered because an older one was asked for since.
test('an older version in place of the newest is refused', async () => {
  const { site, log } = await provider(3);
  await offered(site);
  await offered(site, 1);
  // The log still has all three, but the newest of this student is said to be the second.
  const newest = log[1]!;
  log.push(newest);
  await expect(offered(site)).rejects.toMatchObject(refusal('STUDENT_ROLLED_BACK', /3 was offered before/));
});

test('other weights under the same version are refused', async () => {
  const { site, log } = await provider(2);
  await offered(site);
  log.push(sealedManifest(FILES, { studentVersion: 2 }));
  await expect(offered(site)).rejects.toMatchObject(refusal('STUDENT_ROLLED_BACK', /version 2 had/));
});

// Kills: a log head that is not remembered, or not compared.
test.each<[string, (log: string[]) => void, RegExp]>([
  ['fewer entries', (log) => log.splice(1, 1), /has 2 entries, and had 3/],
  [
    'as many, of which one is another',
    (log) => log.splice(0, 1, sealedManifest(FILES, { studentVersion: 1 })),
    /first 3/,
  ],
  [
    'more, of which an old one is another',
    (log) => log.splice(0, 1, sealedManifest(FILES, { studentVersion: 1 }), log[0]!),
    /first 3/,
  ],
])('a log with %s is a fork', async (_, change, message) => {
  const { site, log } = await provider(3);
  await offered(site);
  change(log);
  await expect(offered(site)).rejects.toMatchObject(refusal('LOG_FORKED', message));
  // And it stays one: what was refused is not what is compared with next time.
  await expect(offered(site)).rejects.toMatchObject(refusal('LOG_FORKED', message));
});

// Kills: a log that is compared with the first head for ever, so that what came after it may be another every time.
test('a fork behind the first head that was seen is found', async () => {
  const { site, log, ...rest } = await provider(1);
  await offered(site);
  publish({ log, ...rest });
  await offered(site);
  log.splice(1, 1, sealedManifest(FILES, { studentVersion: 3 }), sealedManifest(FILES, { studentVersion: 4 }));
  await expect(offered(site)).rejects.toMatchObject(refusal('LOG_FORKED', /first 2/));
});

// Kills: T6, a student that only one owner is offered.
test('a student that is not in the log is refused', async () => {
  const { handlers, log } = await provider(2);
  const honest = handlers['StudentService/GetStudent']!;
  const peer = await startPeer({
    ...handlers,
    'StudentService/GetStudent': async (request) => ({
      ...(await (honest(request) as Promise<object>)),
      signedManifest: sealedManifest(FILES, { studentVersion: 2 }),
    }),
  });
  await expect(offered(await siteOf(peer))).rejects.toMatchObject(refusal('BAD_LOG_PROOF', /does not have this/));
  expect(log.length).toBe(2);
});

test('a log that grows between two calls is looked at again', async () => {
  const published = students();
  publish(published);
  let grow = 0;
  const honest = published.handlers['StudentService/GetLogConsistency']!;
  const peer = await startPeer({
    ...published.handlers,
    'StudentService/GetLogConsistency': (request) => {
      if (grow-- > 0) publish(published);
      return honest(request);
    },
  });
  const site = await siteOf(peer);
  await offered(site);
  publish(published);
  grow = 1;
  expect(await offered(site)).toMatchObject({ studentVersion: 3 });
  publish(published);
  grow = 1000;
  await expect(offered(site)).rejects.toMatchObject(refusal('BAD_ANSWER', /another one with every call/));
});

test.each<[string, () => string, number, 'BAD_MANIFEST' | 'MANIFEST_EXPIRED', RegExp]>([
  [
    'another key',
    () => sealManifestWith({}, generateKeyPairSync('ed25519').privateKey),
    0,
    'BAD_MANIFEST',
    /another key/,
  ],
  ['another student', () => sealedManifest(FILES, { studentId: 'other' }), 0, 'BAD_MANIFEST', /of other/],
  ['a day long past', () => sealedManifest(FILES, { studentVersion: 1 }), 31, 'MANIFEST_EXPIRED', /expiresDay/],
])('a manifest of %s is refused, whatever the log says', async (_, manifest, days, code, message) => {
  const published = students();
  published.log.push(manifest());
  const peer = await startPeer(published.handlers);
  const attempt = offered(await siteOf(peer), undefined, addDays(today, days));
  await expect(attempt).rejects.toMatchObject(refusal(code, message));
});

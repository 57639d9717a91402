import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { SoftpostError } from '@softpost/shared/errors';
import type { RunEvent } from '@softpost/shared/events';
import { expect, test } from 'vitest';
import { startPeer, type Peer } from '../provider.fixture.ts';
import { siteOf, writeConfig } from '../site.fixture.ts';
import type { Site } from '../site.ts';
import { fetchStudent, type FetchedStudent } from './fetch-student.ts';
import { publish, STUDENT, students, type Students } from './students.fixture.ts';

const quiet = { signal: new AbortController().signal, report: () => undefined, firstWaitMs: 1 };

async function provider(): Promise<Students & { readonly peer: Peer }> {
  const published = students();
  publish(published);
  return { ...published, peer: await startPeer(published.handlers) };
}

function fetched(site: Site, version?: number): Promise<FetchedStudent> {
  return fetchStudent(site, { studentId: STUDENT, version }, quiet);
}

const downloads = ({ received }: Peer): number =>
  received.filter(({ path }) => path.endsWith('DownloadStudent')).length;

test('a student arrives byte for byte, and once', async () => {
  const { peer, contents } = await provider();
  const config = await writeConfig(peer);
  const { studentDir, cached, manifest } = await fetched(await siteOf(peer, config));
  expect([cached, manifest.studentVersion]).toEqual([false, 1]);
  for (const { name } of manifest.files) {
    expect(await readFile(join(studentDir, name))).toEqual(contents.get(`1/${name}`));
  }
  const before = downloads(peer);
  expect(await fetched(await siteOf(peer, config))).toMatchObject({ studentDir, cached: true });
  expect(downloads(peer)).toBe(before);
  expect(await readdir(join(studentDir, '..'))).toEqual([`${STUDENT}-1`]);
});

test('a copy that was changed here is fetched again', async () => {
  const { peer, contents } = await provider();
  const site = await siteOf(peer);
  const { studentDir } = await fetched(site);
  await writeFile(join(studentDir, 'config.json'), '[]');
  expect((await fetched(site)).cached).toBe(false);
  expect(await readFile(join(studentDir, 'config.json'))).toEqual(contents.get('1/config.json'));
});

// Kills: a download that begins anew after a lost connection, or leaves a gap.
test('a download that is cut again and again goes on at the byte where it was', async () => {
  const published = students();
  publish(published);
  const { handlers, contents } = published;
  const offsets: number[] = [];
  const peer = await startPeer({
    ...handlers,
    'StudentService/DownloadStudent': async function* ({ fileName, offset }) {
      const content = contents.get(`1/${fileName}`)!;
      if (fileName === 'model.safetensors') offsets.push(Number(offset));
      yield { chunk: { offset: Number(offset), content: content.subarray(Number(offset), Number(offset) + 5000) } };
      if (Number(offset) + 5000 < content.length) throw new SoftpostError('SHUTTING_DOWN', 'cut');
    },
  });
  const events: RunEvent[] = [];
  const { studentDir } = await fetchStudent(
    await siteOf(peer),
    { studentId: STUDENT },
    { ...quiet, report: (event) => events.push(event) },
  );
  expect(await readFile(join(studentDir, 'model.safetensors'))).toEqual(contents.get('1/model.safetensors'));
  expect(offsets).toEqual([0, 5000, 10_000, 15_000]);
  expect(events.filter(({ kind }) => kind === 'message').length).toBeGreaterThan(0);
});

test('a download that was stopped goes on in the next run', async () => {
  const published = students();
  publish(published);
  const { handlers, contents, send } = published;
  let cut = true;
  const offsets: number[] = [];
  const peer = await startPeer({
    ...handlers,
    'StudentService/DownloadStudent': async function* (request) {
      const isWeights = request.fileName === 'model.safetensors';
      if (isWeights) offsets.push(Number(request.offset));
      if (!isWeights || !cut) yield* send(request);
      else {
        yield { chunk: { offset: 0, content: contents.get('1/model.safetensors')!.subarray(0, 7000) } };
        throw new SoftpostError('PERMISSION_DENIED', 'not now');
      }
    },
  });
  const config = await writeConfig(peer);
  await expect(fetched(await siteOf(peer, config))).rejects.toThrow('not now');
  cut = false;
  const { studentDir } = await fetched(await siteOf(peer, config));
  expect(offsets).toEqual([0, 7000]);
  expect(await readFile(join(studentDir, 'model.safetensors'))).toEqual(contents.get('1/model.safetensors'));
});

// Kills: content that is not looked at; bytes beyond the end; a gap; and what came so, kept for the next time.
test.each<[string, (content: Buffer) => readonly { readonly offset: number; readonly content: Buffer }[], RegExp]>([
  ['one wrong bit', (content) => [{ offset: 0, content: Buffer.from(content).fill('W', 0, 1) }], /another digest/],
  [
    'too much',
    (content) => [{ offset: 0, content: Buffer.concat([content, content]) }],
    /more than \d+ bytes|a chunk has/,
  ],
  ['a gap', (content) => [{ offset: 10, content: content.subarray(10) }], /says that it is at 10/],
  [
    'a piece twice',
    (content) => [0, 0].map(() => ({ offset: 0, content: content.subarray(0, 9) })),
    /says that it is at 0/,
  ],
])('a file with %s is refused, and nothing of it stays', async (_, chunks, message) => {
  const published = students();
  publish(published);
  const { handlers, contents, send } = published;
  let wrong = true;
  const peer = await startPeer({
    ...handlers,
    'StudentService/DownloadStudent': async function* (request) {
      if (!wrong || request.fileName !== 'model.safetensors') yield* send(request);
      else for (const chunk of chunks(contents.get('1/model.safetensors')!)) yield { chunk };
    },
  });
  const site = await siteOf(peer);
  await expect(fetched(site)).rejects.toMatchObject(refusal('BAD_DOWNLOAD', message));
  wrong = false;
  await expect(fetched(site)).resolves.toMatchObject({ cached: false });
});

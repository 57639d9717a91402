/** @file The library as another program uses it: the same steps as the commands, one by one. */

import { dirname, join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { publishFolder, STUDENT, students } from './fetch-student/students.fixture.ts';
import * as owner from './index.ts';
import { startPeer } from './provider.fixture.ts';
import { transfers } from './run/transfers.fixture.ts';
import { writeConfig } from './site.fixture.ts';
import { writeFilms } from './tune/films.fixture.ts';

test('fetch, tune, submit, watch, get, predict and generate', async () => {
  const films = await temporaryFolder();
  await writeFilms(films);
  const published = students();
  await publishFolder(published, join(films, 'student'));
  const peer = await startPeer({
    ...published.handlers,
    ...transfers().handlers,
    'InferenceService/Classify': ({ texts }) => ({
      classifications: texts.map((text) => ({ label: text.slice(0, 4) })),
    }),
    'InferenceService/Generate': async function* ({ text }) {
      yield { text, finishReason: 'FINISH_REASON_STOP' };
    },
  });
  const configFile = await writeConfig(peer);
  const at = (name: string): string => join(dirname(configFile), name);
  const context = { signal: new AbortController().signal, report: () => undefined, emit: () => undefined };

  using site = await owner.openSite(await owner.readConfig(configFile));
  const { studentDir } = await owner.fetchStudent(site, { studentId: STUDENT }, context);
  const taskFile = join(films, 'task.yaml');
  const { keyFile, ledgerFile } = site.config;
  const paths = {
    studentDir,
    taskFile,
    keyFile,
    ledgerFile,
    dataFile: join(films, 'data.jsonl'),
    outDir: at('prompt'),
  };
  const options: owner.TuneOptions = {
    ...owner.TUNE_DEFAULTS,
    ...paths,
    steps: 1,
    lotSize: 2,
    virtualTokens: 2,
    threads: 1,
    privacy: { dp: true, epsilon: 8, delta: 1e-3, publicSize: 20, clipNorm: 1 },
  };
  await owner.tune(options, context);
  const submission = { promptDir: at('prompt'), taskFile, choices: owner.DEFAULT_CHOICES, noDp: false };
  const { jobId } = await owner.submit(site, submission, context);
  const { promptId } = await owner.watchJob(site.egress, jobId, context);
  await owner.getPrompt(site, promptId!, at('teacher-prompt'));
  const { predictions } = await owner.predict(site.egress, promptId!, owner.textsToSend(['good film']));
  expect(predictions).toMatchObject([{ label: 'good' }]);
  const completion = await owner.generate(site.egress, promptId!, owner.textToComplete('good'), {}, context);
  expect(completion).toMatchObject({ text: 'good', finishReason: 'stop' });
});

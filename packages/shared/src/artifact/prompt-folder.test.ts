/** @file Prompt folders: what PEFT wrote is read, what we write is what PEFT writes, what a hostile party writes is refused. */
import { cp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal, temporaryFolder } from './folder.fixture.ts';
import type { PromptCard } from './prompt-card.ts';
import { readPromptFolder, writePromptFolder, type SoftPrompt } from './prompt-folder.ts';
import { readSafetensorsHeader, writeSafetensors, type TensorData } from './safetensors.ts';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/peft');

const prompt: SoftPrompt = {
  embeddings: Float32Array.from({ length: 6 }, (_, i) => i / 7),
  virtualTokens: 2,
  hiddenSize: 3,
};

const card: PromptCard = {
  version: 1,
  task: 'spam',
  step: 'transfer',
  belongsTo: 'teacher',
  model: { name: 'softpost-ref-clm', objective: 'causal' },
  digests: {
    student: `sha256:${'1'.repeat(64)}`,
    teacher: `sha256:${'2'.repeat(64)}`,
    tokenizer: `sha256:${'3'.repeat(64)}`,
  },
  privacy: {
    dp: true,
    unit: 'example',
    epsilon: 8,
    delta: 1e-6,
    noiseMultiplier: 0.9,
    samplingRate: 0.01,
    steps: 1000,
    clipNorm: 1,
    noiseMode: 'rounded',
    clipping: 'flat',
    accountant: 'rdp',
  },
  details: { alpha: 0.5, losses: [3, 2, 1] },
};

test('reads back prompt and card', async () => {
  const dir = join(await temporaryFolder(), 'prompt');
  await writePromptFolder(dir, prompt, card);
  expect(await readPromptFolder(dir)).toEqual({ prompt, card });
});

test.each([
  { model: 'gpt2', objective: 'causal' },
  { model: 'roberta', objective: 'masked' },
] as const)('writes what PEFT writes for $model', async ({ model, objective }) => {
  const dir = join(await temporaryFolder(), 'prompt');
  const peft = join(fixtures, model);
  const { prompt: read, card: noCard } = await readPromptFolder(peft);
  expect(noCard).toBeUndefined();
  await writePromptFolder(dir, read, { ...card, model: { name: `../../models/${model}`, objective } });
  const weights = 'adapter_model.safetensors';
  expect(await readFile(join(dir, weights))).toEqual(await readFile(join(peft, weights)));
  const config = async (folder: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
  const expected = await config(peft);
  // PEFT also writes these two, and fills the next two from the model's own config.
  delete expected['peft_version'];
  delete expected['modules_to_save'];
  expect(await config(dir)).toEqual({ ...expected, num_layers: null, num_attention_heads: null });
});

test('half-precision prompts of PEFT are widened', async () => {
  const dir = join(await temporaryFolder(), 'prompt');
  await writePromptFolder(dir, prompt, card);
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const tensors: Readonly<Record<string, TensorData>> = { prompt_embeddings: { shape: [2, 3], data, dtype: 'BF16' } };
  await writeSafetensors(join(dir, 'adapter_model.safetensors'), tensors, { format: 'pt' });
  expect((await readPromptFolder(dir)).prompt.embeddings).toEqual(data);
});

const badCards: readonly [string, Record<string, unknown>][] = [
  ['no task', { task: '' }],
  ['an unknown step', { step: 'guess' }],
  ['a later version', { version: 2 }],
  ['an unknown key', { secret: 1 }],
  ['no digest of its model', { digests: { student: card.digests.student, tokenizer: card.digests.tokenizer } }],
  ['a digest that is none', { digests: { ...card.digests, teacher: 'sha256:12' } }],
  ['an infinite epsilon', { privacy: { ...card.privacy, epsilon: Infinity } }],
  ['delta 1', { privacy: { ...card.privacy, delta: 1 } }],
  ['a claim without a mechanism', { privacy: { dp: true, epsilon: 8, delta: 1e-6 } }],
  ['no claim but an epsilon', { privacy: { dp: false, epsilon: 8 } }],
];

test.for(badCards)('a card with %s is neither written nor read', async ([, change]) => {
  const dir = await temporaryFolder();
  const bad = { ...card, ...change } as PromptCard;
  await expect(writePromptFolder(join(dir, 'bad'), prompt, bad)).rejects.toMatchObject(
    refusal('BAD_PROMPT', /softpost\.json: /),
  );
  expect(await readdir(dir)).toEqual([]);
  await writePromptFolder(join(dir, 'good'), prompt, card);
  await writeFile(join(dir, 'good', 'softpost.json'), JSON.stringify(bad));
  await expect(readPromptFolder(join(dir, 'good'))).rejects.toMatchObject(
    refusal('BAD_PROMPT', /good\/softpost\.json: /),
  );
});

test('a prompt that is no prompt is not written', async () => {
  const dir = await temporaryFolder();
  const write = (change: Partial<SoftPrompt>): Promise<void> =>
    writePromptFolder(join(dir, 'p'), { ...prompt, ...change }, card);
  const withNaN = prompt.embeddings.with(4, NaN);
  await expect(write({ embeddings: withNaN })).rejects.toMatchObject(refusal('NON_FINITE', /NaN in row 1/));
  await expect(write({ virtualTokens: 3 })).rejects.toMatchObject(refusal('WRONG_SHAPE', /\[3, 3\]/));
  await expect(write({ virtualTokens: 0, embeddings: new Float32Array() })).rejects.toMatchObject(
    refusal('BAD_PROMPT', /num_virtual_tokens/),
  );
  await expect(write({ virtualTokens: 2 ** 26 })).rejects.toMatchObject(refusal('BAD_PROMPT', /at most/));
  expect(await readdir(dir)).toEqual([]);
});

test('an old folder is kept', async () => {
  const dir = join(await temporaryFolder(), 'p');
  await writePromptFolder(dir, prompt, card);
  await expect(writePromptFolder(dir, prompt, card)).rejects.toMatchObject(refusal('FILE_EXISTS', /p exists/));
});

/** A sound folder, then one thing wrong. */
async function tampered(change: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(await temporaryFolder(), 'prompt');
  await cp(join(fixtures, 'gpt2'), dir, { recursive: true });
  await change(dir);
  return dir;
}

const editConfig = (change: Record<string, unknown>) => async (dir: string) => {
  const path = join(dir, 'adapter_config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...config, ...change }));
};

/** Replaces the weights by tensors that are made from the sound shape and values. */
const editWeights =
  (change: (sound: TensorData) => Readonly<Record<string, TensorData>>, metadata = {}) =>
  async (dir: string) => {
    const { prompt: sound } = await readPromptFolder(dir);
    const tensors = change({ shape: [sound.virtualTokens, sound.hiddenSize], data: sound.embeddings });
    await writeSafetensors(join(dir, 'adapter_model.safetensors'), tensors, metadata);
  };

const hostile: readonly [string, (dir: string) => Promise<void>, ReturnType<typeof refusal>][] = [
  ['another PEFT method', editConfig({ peft_type: 'LORA' }), refusal('BAD_PROMPT', /"peft_type"/)],
  ['no virtual tokens', editConfig({ num_virtual_tokens: 0 }), refusal('BAD_PROMPT', /"num_virtual_tokens"/)],
  ['half a virtual token', editConfig({ num_virtual_tokens: 0.5 }), refusal('BAD_PROMPT', /"num_virtual_tokens"/)],
  ['2^31 virtual tokens', editConfig({ num_virtual_tokens: 2 ** 31 }), refusal('BAD_PROMPT', /at most 67108864/)],
  [
    'sizes whose product overflows',
    editConfig({ num_virtual_tokens: 2 ** 53 - 1, token_dim: 2 ** 53 - 1 }),
    refusal('BAD_PROMPT', /at most/),
  ],
  ['an encoder-decoder prompt', editConfig({ num_transformer_submodules: 2 }), refusal('BAD_PROMPT', /submodules/)],
  [
    'more tokens claimed than stored',
    editConfig({ num_virtual_tokens: 1000 }),
    refusal('WRONG_SHAPE', /expected \[1000/),
  ],
  ['fewer tokens claimed than stored', editConfig({ num_virtual_tokens: 1 }), refusal('WRONG_SHAPE', /expected \[1,/)],
  [
    'a config of 2 MB',
    (dir) => writeFile(join(dir, 'adapter_config.json'), ' '.repeat(2 << 20)),
    refusal('BAD_PROMPT', /at most/),
  ],
  [
    'a config that is no JSON',
    (dir) => writeFile(join(dir, 'adapter_config.json'), '{'),
    refusal('BAD_PROMPT', /not valid JSON/),
  ],
  [
    'a transposed tensor',
    editWeights(({ shape, data }) => ({ prompt_embeddings: { shape: shape.toReversed(), data } })),
    refusal('WRONG_SHAPE', /prompt_embeddings is/),
  ],
  [
    'a flat tensor',
    editWeights(({ data }) => ({ prompt_embeddings: { shape: [data.length], data } })),
    refusal('WRONG_SHAPE', /prompt_embeddings is/),
  ],
  ['another name', editWeights((sound) => ({ embeddings: sound })), refusal('MISSING_TENSOR', /"prompt_embeddings"/)],
  [
    'a second tensor',
    editWeights((sound) => ({ prompt_embeddings: sound, w: { shape: [1], data: Float32Array.of(1) } })),
    refusal('WRONG_SHAPE', /in 2 tensors/),
  ],
  [
    'a NaN',
    editWeights(({ shape, data }) => ({ prompt_embeddings: { shape, data: data.with(0, NaN) } })),
    refusal('NON_FINITE', /NaN in row 0/),
  ],
  [
    'an infinity',
    editWeights(({ shape, data }) => ({ prompt_embeddings: { shape, data: data.with(data.length - 1, -Infinity) } })),
    refusal('NON_FINITE', /-Infinity in row/),
  ],
  [
    '5 kB of metadata',
    editWeights((sound) => ({ prompt_embeddings: sound }), { x: 'x'.repeat(5000) }),
    refusal('BAD_PROMPT', /more than/),
  ],
  [
    'a header over 4 KiB in a small file',
    editWeights(({ shape, data }) => ({ prompt_embeddings: { shape, data, dtype: 'BF16' } }), { x: 'x'.repeat(4080) }),
    refusal('BAD_SAFETENSORS', /claims .* at most 4096/),
  ],
  [
    'a sparse file of a terabyte',
    (dir) => truncate(join(dir, 'adapter_model.safetensors'), 2 ** 40),
    refusal('BAD_PROMPT', /1099511627776 bytes, more than/),
  ],
  [
    'a truncated file',
    async (dir) =>
      truncate(join(dir, 'adapter_model.safetensors'), (await stat(join(dir, 'adapter_model.safetensors'))).size - 1),
    refusal('BAD_SAFETENSORS', /truncated/),
  ],
  [
    'a card of 2 MB',
    (dir) => writeFile(join(dir, 'softpost.json'), ' '.repeat(2 << 20)),
    refusal('BAD_PROMPT', /at most/),
  ],
];

test.for(hostile)('refuses %s', async ([, change, wanted]) => {
  await expect(readPromptFolder(await tampered(change))).rejects.toMatchObject(wanted);
});

test('a folder without weights is told so', async () => {
  const dir = await temporaryFolder();
  await expect(readPromptFolder(dir)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /adapter_config\.json/));
  await cp(join(fixtures, 'gpt2', 'adapter_config.json'), join(dir, 'adapter_config.json'));
  await expect(readPromptFolder(dir)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /adapter_model\.safetensors/));
});

test('the weights file says that it is for PyTorch, as PEFT demands', async () => {
  const dir = join(await temporaryFolder(), 'prompt');
  await writePromptFolder(dir, prompt, card);
  const { metadata } = await readSafetensorsHeader(join(dir, 'adapter_model.safetensors'));
  expect(metadata.get('format')).toBe('pt');
});

/**
 * @file A soft prompt as a PEFT prompt-tuning checkpoint (peft/tuners/prompt_tuning): adapter_config.json and
 * adapter_model.safetensors with `prompt_embeddings`, which PEFT loads as they are, and our card beside them, softpost.json,
 * with the owner's privacy receipt, receipt.json.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SoftpostError } from '../errors.ts';
import { writeFolder } from './atomic-write.ts';
import { fileDigest, type Digest } from './digest.ts';
import { promptCardSchema, type PromptCard } from './prompt-card.ts';
import { checkValue, isThere, readJson, shortPath, withFile } from './read-file.ts';
import { readSafetensorsHeader, readTensor, writeSafetensors } from './safetensors.ts';
import { LENGTH_BYTES } from './safetensors-header.ts';

export interface SoftPrompt {
  /** [virtualTokens, hiddenSize], row-major. */
  readonly embeddings: Float32Array;
  readonly virtualTokens: number;
  readonly hiddenSize: number;
}

const CONFIG = 'adapter_config.json';
export const WEIGHTS = 'adapter_model.safetensors';
const CARD = 'softpost.json';
/** Its form is the receipt's own affair (receipt/signed-receipt.ts). */
export const RECEIPT = 'receipt.json';
/** All that a prompt folder consists of. */
export const PROMPT_FILES = [CONFIG, WEIGHTS, CARD, RECEIPT] as const;
/** The one tensor of the file. */
export const PROMPT_TENSOR = 'prompt_embeddings';

const JSON_LIMITS = { maxBytes: 1 << 20, code: 'BAD_PROMPT' } as const;
/** Ours has about 120 bytes. */
export const MAX_PROMPT_HEADER_BYTES = 4096;
/** 1024 virtual tokens of a model with hidden size 16384. */
const MAX_PROMPT_BYTES = 64 << 20;

const size = z.int().positive();
const adapterConfigSchema = z.object({
  peft_type: z.literal('PROMPT_TUNING'),
  num_virtual_tokens: size,
  token_dim: size,
  // Two stands for an encoder and a decoder, which no model here has.
  num_transformer_submodules: z.literal(1).nullish(),
});

/**
 * Makes the folder `dir`, whole or not at all. `receiptFor` gives the receipt's text for a prompt whose values have this digest.
 *
 * @throws SoftpostError BAD_PROMPT, NON_FINITE, FILE_EXISTS, CANNOT_WRITE, and what `receiptFor` throws
 */
export async function writePromptFolder(
  dir: string,
  prompt: SoftPrompt,
  card: PromptCard,
  receiptFor?: (digest: Digest) => string,
): Promise<void> {
  const { embeddings, virtualTokens, hiddenSize } = prompt;
  await writePromptFiles(dir, prompt, card, receiptFor, async (path) => {
    checkFinite(dir, prompt);
    const tensors = { [PROMPT_TENSOR]: { shape: [virtualTokens, hiddenSize], data: embeddings } };
    await writeSafetensors(path, tensors, { format: 'pt' });
  });
}

/** A prompt as bytes that were checked already: its digest, and so its receipt, is about them as they are. */
export interface PromptBytes extends Omit<SoftPrompt, 'embeddings'> {
  /** adapter_model.safetensors. */
  readonly bytes: Uint8Array;
}

/** As `writePromptFolder`, with the prompt's file and its receipt as they came. @throws SoftpostError BAD_PROMPT, FILE_EXISTS, CANNOT_WRITE */
export async function writeReceivedPrompt(
  dir: string,
  prompt: PromptBytes,
  card: PromptCard,
  receipt: string,
): Promise<void> {
  await writePromptFiles(
    dir,
    prompt,
    card,
    () => receipt,
    (path) => writeFile(path, prompt.bytes),
  );
}

async function writePromptFiles(
  dir: string,
  prompt: Omit<SoftPrompt, 'embeddings'>,
  card: PromptCard,
  receiptFor: ((digest: Digest) => string) | undefined,
  writeWeights: (path: string) => Promise<void>,
): Promise<void> {
  const config = adapterConfig(prompt, card);
  checkSize(dir, checkValue('soft prompt', config, adapterConfigSchema, 'BAD_PROMPT'));
  const checkedCard = checkValue(CARD, card, promptCardSchema, 'BAD_PROMPT');
  await writeFolder(dir, async (temporary) => {
    await writeFile(join(temporary, CONFIG), asJson(config));
    await writeWeights(join(temporary, WEIGHTS));
    await writeFile(join(temporary, CARD), asJson(checkedCard));
    if (receiptFor) await writeFile(join(temporary, RECEIPT), receiptFor(await promptDigest(temporary)));
  });
}

/** Digest of the file with the prompt's values. @throws SoftpostError FILE_NOT_FOUND */
export function promptDigest(dir: string): Promise<Digest> {
  return fileDigest(join(dir, WEIGHTS));
}

/**
 * Reads a prompt that may come from the other party: size, shape and dtype are checked before memory is taken for the values.
 * `card` is undefined for a folder that PEFT wrote.
 *
 * @throws SoftpostError FILE_NOT_FOUND, BAD_PROMPT, BAD_SAFETENSORS, MISSING_TENSOR, WRONG_SHAPE, NON_FINITE
 */
export async function readPromptFolder(dir: string): Promise<{ prompt: SoftPrompt; card: PromptCard | undefined }> {
  const config = await readJson(join(dir, CONFIG), adapterConfigSchema, JSON_LIMITS);
  checkSize(dir, config);
  const { num_virtual_tokens: virtualTokens, token_dim: hiddenSize } = config;
  const path = join(dir, WEIGHTS);
  const bytes = await withFile(path, async (_file, fileBytes) => fileBytes);
  const largest = LENGTH_BYTES + MAX_PROMPT_HEADER_BYTES + 4 * virtualTokens * hiddenSize;
  if (bytes > largest) {
    throw new SoftpostError(
      'BAD_PROMPT',
      `${shortPath(path)} has ${bytes} bytes, more than ${largest} for this ${CONFIG}`,
    );
  }
  const file = await readSafetensorsHeader(path, { maxHeaderBytes: MAX_PROMPT_HEADER_BYTES });
  const shape = file.tensors.get(PROMPT_TENSOR)?.shape ?? [virtualTokens, hiddenSize];
  if (file.tensors.size > 1 || shape.length !== 2 || shape[0] !== virtualTokens || shape[1] !== hiddenSize) {
    throw new SoftpostError(
      'WRONG_SHAPE',
      `${shortPath(path)}: ${PROMPT_TENSOR} is [${shape.join(', ')}] in ${file.tensors.size} tensors, ` +
        `expected [${virtualTokens}, ${hiddenSize}] and nothing else`,
    );
  }
  const prompt = { embeddings: await readTensor(file, PROMPT_TENSOR), virtualTokens, hiddenSize };
  checkFinite(dir, prompt);
  return { prompt, card: await readCard(join(dir, CARD)) };
}

async function readCard(path: string): Promise<PromptCard | undefined> {
  return (await isThere(path)) ? readJson(path, promptCardSchema, JSON_LIMITS) : undefined;
}

/** The keys and values that PEFT writes itself; it refuses keys it does not know. */
function adapterConfig(
  { virtualTokens, hiddenSize }: Omit<SoftPrompt, 'embeddings'>,
  { model }: PromptCard,
): Readonly<Record<string, unknown>> {
  return {
    auto_mapping: null,
    base_model_name_or_path: model.name,
    inference_mode: true,
    // PEFT takes null from the model's own config.
    num_attention_heads: null,
    num_layers: null,
    num_transformer_submodules: 1,
    num_virtual_tokens: virtualTokens,
    peft_type: 'PROMPT_TUNING',
    // How the values began matters no longer; TEXT would make PEFT load a tokenizer.
    prompt_tuning_init: 'RANDOM',
    prompt_tuning_init_text: null,
    revision: null,
    // PEFT has no task type for masked language models; this one puts the prompt before any model's inputs.
    task_type: model.objective === 'causal' ? 'CAUSAL_LM' : 'FEATURE_EXTRACTION',
    token_dim: hiddenSize,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: null,
  };
}

function checkSize(dir: string, config: z.infer<typeof adapterConfigSchema>): void {
  const bytes = 4 * config.num_virtual_tokens * config.token_dim;
  if (bytes > MAX_PROMPT_BYTES) {
    throw new SoftpostError(
      'BAD_PROMPT',
      `${shortPath(dir)}: a prompt of ${bytes} bytes; at most ${MAX_PROMPT_BYTES} are accepted`,
    );
  }
}

function checkFinite(dir: string, { embeddings, hiddenSize }: SoftPrompt): void {
  const bad = embeddings.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new SoftpostError(
      'NON_FINITE',
      `${shortPath(dir)}: ${PROMPT_TENSOR} holds ${embeddings[bad]} in row ${Math.floor(bad / hiddenSize)}`,
    );
  }
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** @file Reads a prompt for a model, and tells when it was made for another. */

import { modelDigest } from '../artifact/model-digest.ts';
import { readPromptFolder, type SoftPrompt } from '../artifact/prompt-folder.ts';
import type { Report } from '../events.ts';

/**
 * A prompt of another model is used all the same, with a warning: giving the student's prompt to the teacher as it is
 * (direct transfer) is the baseline that POST is measured against.
 * @throws what reading the prompt folder throws
 */
export async function promptForModel(modelDir: string, promptDir: string, emit: Report): Promise<SoftPrompt> {
  const { prompt, card } = await readPromptFolder(promptDir);
  if (card && card.digests[card.belongsTo] !== (await modelDigest(modelDir))) {
    const message = `the prompt ${promptDir} was made for another model (${card.model.name}) than ${modelDir}: this is direct transfer`;
    emit({ kind: 'message', level: 'warning', message });
  }
  return prompt;
}

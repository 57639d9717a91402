/** @file Students in Hugging Face transformers: nothing missing, the same logits. Runs where SOFTPOST_PYTHON names a Python that has it. */

import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { scoreVocabulary } from '@softpost/shared/scoring/scorer';
import { expect, test } from 'vitest';
import { DISTILL_DEFAULTS, type Freezing } from './distill-options.ts';
import { distill } from './distill.ts';
import { maskedTeacher } from './masked-teacher.fixture.ts';

const python = process.env['SOFTPOST_PYTHON'];

const SCRIPT = `
import json, sys, torch, transformers
transformers.utils.logging.disable_progress_bar()
kind = {"causal": "AutoModelForCausalLM", "masked": "AutoModelForMaskedLM"}[sys.argv[2]]
model, info = getattr(transformers, kind).from_pretrained(sys.argv[1], output_loading_info=True)
with torch.no_grad():
    logits = model.eval()(torch.tensor([json.loads(sys.argv[3])])).logits[0, 2].tolist()
print(json.dumps({"faults": [str(fault) for faults in info.values() for fault in faults], "logits": logits}))
`;

const cases = (['causal', 'masked'] as const).flatMap((kind) =>
  (['none', 'head', 'embedding'] as const).map((freeze): [typeof kind, Freezing] => [kind, freeze]),
);

test.skipIf(python === undefined)(
  'students load in transformers and give the same logits',
  { timeout: 300_000 },
  async () => {
    const teachers = {
      causal: join(import.meta.dirname, '../../../../models/softpost-ref-clm'),
      masked: await maskedTeacher(),
    };
    for (const [kind, freeze] of cases) {
      const dir = await temporaryFolder();
      const corpusFile = join(dir, 'corpus.txt');
      await writeFile(corpusFile, Array.from({ length: 300 }, (_, line) => `line ${line} of a text`).join('\n'));
      const outDir = join(dir, 'student');
      const paths = { teacherDir: teachers[kind], corpusFile, outDir };
      const small = { steps: 2, batch: 2, length: 16, learningRate: 1e-2, heldOutShare: 0.3, threads: 1 };
      const quiet = { emit: () => undefined, signal: new AbortController().signal };
      await distill({ ...DISTILL_DEFAULTS, ...small, ...paths, freeze }, quiet);

      const inputIds = [5, 11, kind === 'masked' ? 60 : 17, ...(kind === 'masked' ? [7] : [])];
      const output = execFileSync(python!, ['-c', SCRIPT, outDir, kind, JSON.stringify(inputIds)]);
      const { faults, logits } = JSON.parse(output.toString()) as { faults: string[]; logits: number[] };
      expect(faults, `${kind} ${freeze}`).toEqual([]);
      const model = await openLanguageModel(outDir);
      const ours = await scoreVocabulary(model, [{ inputIds: Int32Array.from(inputIds), scoredIndex: 2 }], {
        threads: 1,
      });
      const error = Math.hypot(...ours.map((value, index) => value - logits[index]!)) / Math.hypot(...logits);
      expect(error, `${kind} ${freeze}`).toBeLessThan(1e-4);
    }
  },
);

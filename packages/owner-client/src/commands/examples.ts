/** @file An example of each command, for its `--help`: what follows the name of the program and of the command. */

const SITE = '--config site/owner.yaml';
const STUDENT = '--student student --task task.yaml --data reviews.jsonl';

export const EXAMPLES: Readonly<Record<string, string>> = {
  init: '--dir site --provider llm.example:50051 --provider-key provider.pem --api-key-file site/api-key',
  run: SITE,
  students: SITE,
  datasets: SITE,
  'fetch-student': `--student films-student ${SITE}`,
  plan: '--epsilon 8 --delta 1e-6 --public-size 5000',
  tune: `${STUDENT} --out prompt --epsilon 8 --public-size 5000`,
  submit: `--prompt prompt --task task.yaml --compare labels ${SITE}`,
  'jobs list': SITE,
  'jobs get': `--job ID ${SITE}`,
  'jobs watch': `--job ID ${SITE}`,
  'jobs cancel': `--job ID ${SITE}`,
  'prompts list': SITE,
  'prompts get': `--prompt ID --out teacher-prompt ${SITE}`,
  'prompts delete': `--prompt ID ${SITE}`,
  'prompts retransfer': `--prompt ID --teacher large-teacher ${SITE}`,
  predict: `'A fine film.' 'Two hours lost.' --prompt ID ${SITE}`,
  generate: `'The film was' --prompt ID --max-tokens 40 ${SITE}`,
  egress: SITE,
  evaluate: '--model student --prompt prompt --task task.yaml --data held-out.jsonl',
  logits: "--model student --text 'The film was'",
  keys: '--show',
  'privacy epsilon': '--noise-multiplier 0.8 --sampling-rate 0.0152 --steps 658 --delta 1e-5',
  'privacy noise': '--epsilon 8 --sampling-rate 0.0152 --steps 658 --delta 1e-5',
  'privacy trials': '--best-of geometric:10',
  'verify-receipt': '--prompt prompt',
  budget: '--ledger site/ledger.sqlite',
  'audit one-run': '--epsilon 8 --public-size 5000',
  'audit lira': `${STUDENT} --work audit`,
};

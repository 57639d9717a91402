/**
 * @file The owner's side as a library: the steps that the commands take, with the same types.
 *
 * `using site = await openSite(await readConfig(file))`, then `fetchStudent(site, …)`, `tune(…)`, `submit(site, …)`, `watchJob(site.egress, …)`,
 * `getPrompt(site, …)`, `predict(site.egress, …)`, `generate(site.egress, …)`; or `runAll(site, …)` for all of them. Every error is a SoftpostError.
 */

export { isSoftpostError, SoftpostError } from '@softpost/shared/errors';
export type { Report, RunEvent } from '@softpost/shared/events';
export type { Job, JobEvent, JobState, PromptListing, StudentListing } from './answers.ts';
export { readConfig, type OwnerConfig } from './config.ts';
export { defaultConfigFile } from './config-file.ts';
export { openEgressRecord, type EgressEntry } from './egress-record/egress-record.ts';
export type { Egress, GenerateChoices } from './egress.ts';
export { fetchStudent, type FetchedStudent, type FetchStudentOptions } from './fetch-student/fetch-student.ts';
export { asId, type Id } from './ids.ts';
export { DEFAULT_CHOICES } from './release/default-choices.ts';
export { submit, type SubmitOptions } from './release/submit.ts';
export type { RunConfig } from './run/run-config.ts';
export { runAll, type RunOptions, type RunReport } from './run/run.ts';
export { egressRecordFile, openSite, type Site } from './site.ts';
export { TUNE_DEFAULTS, type TuneOptions } from './tune/tune-options.ts';
export { tune, type TuneReport } from './tune/tune.ts';
export { jobFailure } from './use/job-failure.ts';
export { generate, type Completion, type GenerateContext } from './use/generate.ts';
export { textsToSend, textToComplete, type InferenceTexts, type TextToComplete } from './use/inference-text.ts';
export type { OutlastContext } from './use/outlast.ts';
export { predict, type Prediction, type Predictions } from './use/predict.ts';
export { getPrompt, retransfer, type TransferredPrompt } from './use/transferred-prompt.ts';
export { watchJob } from './use/watch-job.ts';

/** @file The one error class of softpost and its closed table of codes (docs/errors.md has a row for each). */

/** What a caller can do about it, and the gRPC status it travels as. */
interface ErrorKind {
  readonly grpc:
    | 'INVALID_ARGUMENT'
    | 'FAILED_PRECONDITION'
    | 'NOT_FOUND'
    | 'ALREADY_EXISTS'
    | 'RESOURCE_EXHAUSTED'
    | 'UNAUTHENTICATED'
    | 'PERMISSION_DENIED'
    | 'UNIMPLEMENTED'
    | 'UNAVAILABLE'
    | 'DEADLINE_EXCEEDED'
    | 'CANCELLED'
    | 'INTERNAL'
    | 'DATA_LOSS';
  readonly remedy: string;
}

/** Every code softpost can end with. Codes are never renamed or reused. */
export const ERROR_CODES = {
  BAD_OPTION: { grpc: 'INVALID_ARGUMENT', remedy: 'Check the value against `--help`.' },
  BAD_TASK_FILE: { grpc: 'INVALID_ARGUMENT', remedy: 'Correct the task file at the place named.' },
  BAD_DATA_FILE: { grpc: 'INVALID_ARGUMENT', remedy: 'Correct the data file at the line named.' },
  BAD_VERBALIZER: { grpc: 'INVALID_ARGUMENT', remedy: 'Choose label words whose first tokens differ between labels.' },
  TEXT_TOO_LONG: { grpc: 'INVALID_ARGUMENT', remedy: 'Raise maxLength, or shorten the template.' },
  FILE_NOT_FOUND: { grpc: 'NOT_FOUND', remedy: 'Check the path.' },
  FILE_EXISTS: { grpc: 'FAILED_PRECONDITION', remedy: 'Choose another output path, or remove the old one.' },
  CANNOT_WRITE: { grpc: 'INTERNAL', remedy: 'Check the free space and the permissions of the folder.' },
  UNKNOWN_ARCHITECTURE: { grpc: 'INVALID_ARGUMENT', remedy: 'Use a GPT-2, Llama-like, BERT or RoBERTa model.' },
  BAD_MODEL_CONFIG: { grpc: 'INVALID_ARGUMENT', remedy: 'Check config.json of the model folder.' },
  BAD_TOKENIZER: { grpc: 'INVALID_ARGUMENT', remedy: 'Check tokenizer.json of the model folder.' },
  BAD_SAFETENSORS: { grpc: 'INVALID_ARGUMENT', remedy: 'Download or write the file again.' },
  MISSING_TENSOR: { grpc: 'INVALID_ARGUMENT', remedy: 'The model folder is incomplete or of another architecture.' },
  WRONG_SHAPE: { grpc: 'INVALID_ARGUMENT', remedy: 'The file does not belong to this model.' },
  NON_FINITE: { grpc: 'INVALID_ARGUMENT', remedy: 'The values hold NaN or infinity; get a sound copy.' },
  BAD_PROMPT: { grpc: 'INVALID_ARGUMENT', remedy: 'Give a PEFT prompt-tuning folder made for this model.' },
  PROMPT_MISMATCH: { grpc: 'FAILED_PRECONDITION', remedy: 'Use the prompt with the model it was tuned on.' },
  BAD_PRIVACY_PARAMETER: { grpc: 'INVALID_ARGUMENT', remedy: 'See docs/privacy.md for the valid ranges.' },
  PRIVACY_UNREACHABLE: { grpc: 'INVALID_ARGUMENT', remedy: 'Use fewer steps, smaller lots, or a larger epsilon.' },
  BAD_RECEIPT: {
    grpc: 'INVALID_ARGUMENT',
    remedy: 'Ask the owner for the prompt folder as tune wrote it, and check its public key.',
  },
  BAD_KEY: {
    grpc: 'INVALID_ARGUMENT',
    remedy: 'Give an Ed25519 key in PEM, a private one readable by its owner alone.',
  },
  BAD_MANIFEST: {
    grpc: 'INVALID_ARGUMENT',
    remedy: "Do not use this student: ask the provider for it again, and check the provider's public key.",
  },
  MANIFEST_EXPIRED: {
    grpc: 'FAILED_PRECONDITION',
    remedy: "Fetch the newest version of the student, and check this machine's clock.",
  },
  STUDENT_ROLLED_BACK: {
    grpc: 'DATA_LOSS',
    remedy: 'Keep the student that you have, and ask the provider why it offers another than before.',
  },
  STUDENT_TOO_STRONG: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Distil fewer layers or fewer steps, or raise the limit if the student may be this much like the teacher.',
  },
  BAD_LOG_PROOF: {
    grpc: 'INVALID_ARGUMENT',
    remedy: 'Do not use this student: the provider has not shown that everybody is offered the same one.',
  },
  LOG_FORKED: {
    grpc: 'DATA_LOSS',
    remedy: 'Use nothing of this provider, and keep both signed heads: together they prove that it rewrote its log.',
  },
  BAD_ENVELOPE: {
    grpc: 'INVALID_ARGUMENT',
    remedy: "Submit the prompt again, with the key that the provider knows, and check this machine's clock.",
  },
  DECISION_LOST: {
    grpc: 'UNAVAILABLE',
    remedy: 'Nothing was decided: submit the same again in a moment.',
  },
  PRIVACY_TOO_WEAK: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Tune with a smaller epsilon, or ask the provider to accept more.',
  },
  NOT_RELEASABLE: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Tune with privacy, or say --no-dp again to give a prompt away that has none.',
  },
  TRIALS_NOT_SECRET: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Keep this prompt and its receipt on the site; to submit one, tune once without --best-of.',
  },
  EXAMPLES_MIXED: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Nothing was released. Try --microbatch 1 or another execution provider, and report this with the student.',
  },
  BUDGET_EXCEEDED: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Use a smaller epsilon, or release runs that were given up; `softpost-owner budget` shows what is left.',
  },
  BUDGET_FIXED: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'The terms of a data set are set once: leave --budget out, or repeat the one that was set.',
  },
  CLOCK_BEHIND: {
    grpc: 'FAILED_PRECONDITION',
    remedy: "Set this machine's clock. If it was ahead when that run began, tune again on that day.",
  },
  LEDGER_DAMAGED: {
    grpc: 'DATA_LOSS',
    remedy: 'Restore the newest copy of the ledger; privacy that was spent stays spent.',
  },
  LEDGER_ROLLED_BACK: {
    grpc: 'DATA_LOSS',
    remedy: 'Put the newest ledger back: an older one has forgotten what was spent since.',
  },
  LEDGER_WRONG_KEY: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Put the key file that was made with the ledger back beside it, readable by its owner alone.',
  },
  LEDGER_BUSY: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Wait for the other run to end, or stop it, and run again.',
  },
  JOB_FAILED: { grpc: 'FAILED_PRECONDITION', remedy: 'Follow what the job says, and submit again.' },
  EGRESS_DAMAGED: {
    grpc: 'DATA_LOSS',
    remedy: 'Keep the file as it is and find out who changed it; then move it away, so that a new record begins.',
  },
  SITE_DAMAGED: {
    grpc: 'DATA_LOSS',
    remedy: 'Put a copy of the file back. Without one, what was submitted before may be submitted twice.',
  },
  SITE_BUSY: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Wait for the other softpost-owner to end, or stop it, and run again.',
  },
  PRIVACY_VIOLATION: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Release nothing that this code made, and look for the fault: see Audits in docs/privacy.md.',
  },
  BAD_CHECKPOINT: { grpc: 'FAILED_PRECONDITION', remedy: 'Remove the checkpoint to start again.' },
  ENGINE: { grpc: 'INTERNAL', remedy: 'This is a fault of softpost: report it with the message.' },
  BACKEND_UNAVAILABLE: { grpc: 'FAILED_PRECONDITION', remedy: 'Choose an execution provider that this machine has.' },
  COMPUTE_PROCESS_DIED: {
    grpc: 'INTERNAL',
    remedy: 'Run again: it resumes from its last checkpoint. If it dies again, it may lack memory.',
  },
  UNKNOWN_ID: { grpc: 'NOT_FOUND', remedy: 'Check the id; what belongs to others is not shown.' },
  BAD_CONFIG: { grpc: 'INVALID_ARGUMENT', remedy: 'Correct the configuration file at the place named.' },
  BAD_REQUEST: {
    grpc: 'INVALID_ARGUMENT',
    remedy: 'Correct the field named, or use the same version as the provider.',
  },
  UNAUTHENTICATED: {
    grpc: 'UNAUTHENTICATED',
    remedy: 'Give the API key or token, and the client certificate, that the provider issued for you.',
  },
  PERMISSION_DENIED: { grpc: 'PERMISSION_DENIED', remedy: 'Use a key of the role that may do this.' },
  TOO_MANY_REQUESTS: { grpc: 'RESOURCE_EXHAUSTED', remedy: 'Try again in a moment, with fewer calls at a time.' },
  DEADLINE_EXCEEDED: { grpc: 'DEADLINE_EXCEEDED', remedy: 'Try again; if it lasts, the provider is overloaded.' },
  NOT_OFFERED: { grpc: 'UNIMPLEMENTED', remedy: 'Use the same version as the provider, or ask its operator.' },
  CANNOT_LISTEN: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Choose an address that this machine has and a free port, and check certificate and key.',
  },
  SHUTTING_DOWN: { grpc: 'UNAVAILABLE', remedy: 'Connect again in a moment.' },
  UNREACHABLE: { grpc: 'UNAVAILABLE', remedy: 'Check address, network and proxy, and try again.' },
  BAD_CERTIFICATE: {
    grpc: 'FAILED_PRECONDITION',
    remedy: 'Nothing was sent. Check address, CA file, client certificate and clock; do not go on without TLS.',
  },
  BAD_ANSWER: {
    grpc: 'INTERNAL',
    remedy: 'Nothing of the answer was used. Check that the address is that of your provider, and tell its operator.',
  },
  BAD_DOWNLOAD: {
    grpc: 'DATA_LOSS',
    remedy: 'Nothing that is wrong was kept. Try again; if it happens again, tell the operator of the provider.',
  },
  REQUEST_CHANGED: {
    grpc: 'ALREADY_EXISTS',
    remedy: 'Use a new idempotency key for another request, or repeat the first one as it was.',
  },
  QUOTA_EXCEEDED: { grpc: 'RESOURCE_EXHAUSTED', remedy: 'Wait for running jobs, delete prompts, or ask the operator.' },
  FOLDER_IN_USE: {
    grpc: 'FAILED_PRECONDITION',
    remedy:
      'Stop the other process, or choose another folder; several processes share PostgreSQL (SOFTPOST_DATABASE_URL).',
  },
  DATABASE_UNAVAILABLE: { grpc: 'UNAVAILABLE', remedy: 'Check SOFTPOST_DATABASE_URL and the database server.' },
  ARTIFACT_DAMAGED: { grpc: 'DATA_LOSS', remedy: 'Restore the file in the artifact store from a copy.' },
  ARTIFACTS_UNAVAILABLE: {
    grpc: 'UNAVAILABLE',
    remedy: 'Check address, bucket and credentials of the artifact store.',
  },
  JOB_TAKEN_OVER: { grpc: 'FAILED_PRECONDITION', remedy: 'Nothing is lost: another worker goes on with the job.' },
  CONTEXT_TOO_LONG: { grpc: 'INVALID_ARGUMENT', remedy: 'Shorten the text, or ask for fewer tokens.' },
  CANNOT_GENERATE: { grpc: 'FAILED_PRECONDITION', remedy: 'Classify instead: this model only fills in masks.' },
  SERVING_BUSY: { grpc: 'RESOURCE_EXHAUSTED', remedy: 'Try again in a moment, with fewer requests at a time.' },
  CANCELLED: {
    grpc: 'CANCELLED',
    remedy: 'Run again: what keeps checkpoints goes on from the last one, and the rest begins anew.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CODES;

const BRAND = Symbol.for('softpost.error');

/**
 * An error the user can act on: `code` says what, `message` names the thing (file, tensor, line, flag).
 * `message` is safe to show to the other party; `cause` is for the local log only.
 */
export class SoftpostError extends Error {
  readonly code: ErrorCode;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SoftpostError';
    this.code = code;
  }

  get remedy(): string {
    return ERROR_CODES[this.code].remedy;
  }
}

/** Whether `reason` is a SoftpostError, also one from another copy of this package. */
export function isSoftpostError(reason: unknown): reason is SoftpostError {
  return typeof reason === 'object' && reason !== null && BRAND in reason;
}

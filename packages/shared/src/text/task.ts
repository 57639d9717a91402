/** @file The task file: what is asked of the model, and the words it answers with. */
import { extname } from 'node:path';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { presentable, readText } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import { templateFault } from './template.ts';

const Name = z.string().trim().min(1).max(100);

const Label = z
  .strictObject({
    name: Name,
    /** Label words; the model's score of a label is the mean over them. */
    words: z.array(Name).min(1).max(100).readonly(),
  })
  .readonly();

const Template = z
  .string()
  .max(10_000)
  .superRefine((template, context) => {
    const fault = templateFault(template);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

const Labels = z
  .array(Label)
  .min(2)
  .max(1000)
  .readonly()
  .superRefine((labels, context) => {
    for (const [index, { name }] of labels.entries()) {
      const first = labels.findIndex((label) => label.name === name);
      if (first < index)
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `"${name}" is also the name of labels[${first}]`,
        });
    }
  });

const TaskFile = z
  .strictObject({
    name: Name,
    /** Has `{text}` once and `{mask}` at most once, such as `{text} It was {mask}.` */
    template: Template,
    labels: Labels,
    /** Text whose token embeddings the soft prompt starts from. */
    initText: z.string().min(1).max(10_000).optional(),
    /** Most tokens of a model input, virtual tokens not counted. @default what the model has positions for */
    maxLength: z.int().min(4).max(131_072).optional(),
  })
  .readonly();

/** Room for a thousand labels of a hundred long words. */
const MAX_FILE_BYTES = 16 << 20;

export type Task = z.infer<typeof TaskFile>;
export type TaskLabel = z.infer<typeof Label>;

/**
 * Checks a task that is already a value.
 *
 * @param source what the error names it as
 * @throws SoftpostError BAD_TASK_FILE naming the key
 */
export function parseTask(value: unknown, source = 'task'): Task {
  const { data, error } = TaskFile.safeParse(value);
  if (!error) return data;
  const issue = error.issues[0];
  const key = z.core.toDotPath(issue?.path ?? []);
  throw new SoftpostError(
    'BAD_TASK_FILE',
    [source, key, issue && presentable(issue.message)].filter(Boolean).join(': '),
  );
}

/**
 * Reads a task file, JSON where it is named so and YAML otherwise.
 *
 * @throws SoftpostError FILE_NOT_FOUND; BAD_TASK_FILE naming file and key
 */
export async function readTask(path: string): Promise<Task> {
  const text = await readText(path, { maxBytes: MAX_FILE_BYTES, code: 'BAD_TASK_FILE' });
  let value: unknown;
  try {
    value = extname(path) === '.json' ? JSON.parse(text) : parseYaml(text, { logLevel: 'error' });
  } catch (cause) {
    throw new SoftpostError(
      'BAD_TASK_FILE',
      `${path}: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)}`,
      { cause },
    );
  }
  return parseTask(value, path);
}

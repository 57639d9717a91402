/** @file Answers a request with a generated text: at once, or as server-sent events. */

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { SoftpostError } from '@softpost/shared/errors';
import type { GenerateCall, GeneratedPiece, PromptOfTenant, Serving } from '../serve/serving.ts';
import type { AnswerForm } from './answers.ts';
import { toHttpError } from './http-error.ts';

interface Streaming {
  readonly stream?: boolean | null | undefined;
  readonly stream_options?: { readonly include_usage?: boolean | null | undefined } | null | undefined;
}

/** Teacher and prompt of `<teacher>+<prompt id>`. @throws UNKNOWN_ID */
export function parseModel(model: string): Required<Pick<PromptOfTenant, 'teacherId' | 'promptId'>> {
  const at = model.lastIndexOf('+');
  if (at < 1 || at === model.length - 1)
    throw new SoftpostError('UNKNOWN_ID', 'there is no such model; models are named <teacher>+<prompt id>');
  return { teacherId: model.slice(0, at), promptId: model.slice(at + 1) };
}

/** Ends the work when the client goes away. */
export async function complete(
  serving: Serving,
  reply: FastifyReply,
  call: GenerateCall,
  form: AnswerForm,
  { stream, stream_options }: Streaming,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const pieces = serving.generate(call, gone.signal);
  if (!stream) return reply.send(await wholeAnswer(pieces, form));
  // Refusals come with the first piece, and still have a status of their own.
  const first = await pieces.next();
  const events = eventsOf(first, pieces, form, stream_options?.include_usage === true);
  return reply.type('text/event-stream').header('cache-control', 'no-store').send(Readable.from(events));
}

async function wholeAnswer(pieces: AsyncIterable<GeneratedPiece>, form: AnswerForm): Promise<object> {
  let text = '';
  for await (const piece of pieces) {
    text += piece.text;
    if (piece.end) return form.whole(text, piece.end.finish, piece.end.usage);
  }
  throw new SoftpostError('ENGINE', 'a text ended without its last piece');
}

async function* eventsOf(
  first: IteratorResult<GeneratedPiece>,
  rest: AsyncGenerator<GeneratedPiece>,
  form: AnswerForm,
  withUsage: boolean,
): AsyncGenerator<string> {
  try {
    yield event(form.chunk('', null));
    for (let next = first; !next.done; next = await rest.next()) {
      const { text, end } = next.value;
      if (text !== '') yield event(form.chunk(text, null));
      if (end) yield event(form.chunk('', end.finish));
      if (end && withUsage) yield event(form.usageChunk(end.usage));
    }
    yield 'data: [DONE]\n\n';
  } catch (reason) {
    // The status is sent already; clients look for an error among the events.
    yield event(toHttpError(reason).body);
  } finally {
    await rest.return(undefined);
  }
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

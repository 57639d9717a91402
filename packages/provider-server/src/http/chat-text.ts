/**
 * @file A conversation as plain text. Chat templates of models are programs (Jinja) and are not run; the models served here go on
 * from text, with a prompt that was tuned for a task:
 *
 *     <system messages>
 *
 *     User: <message>
 *     Assistant: <message>
 *     User: <message>
 *     Assistant:
 */

import type * as z from 'zod';
import type { ChatBody } from './bodies.ts';

type Messages = z.infer<typeof ChatBody>['messages'];

/** What the model would write next as the user ends its answer. */
export const CHAT_STOP = '\nUser:';

export function chatText(messages: Messages): string {
  const isSystem = ({ role }: Messages[number]): boolean => role === 'system' || role === 'developer';
  const system = messages.filter(isSystem).map((message) => `${contentOf(message)}\n\n`);
  const turns = messages
    .filter((message) => !isSystem(message))
    .map((message) => `${message.role === 'user' ? 'User' : 'Assistant'}: ${contentOf(message)}\n`);
  return [...system, ...turns, 'Assistant:'].join('');
}

function contentOf({ content }: Messages[number]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}

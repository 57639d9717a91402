import { expect, test } from 'vitest';
import { chatText } from './chat-text.ts';

test('system messages come first, then the turns, and the assistant is to answer', () => {
  const text = chatText([
    { role: 'user', content: 'Hi.' },
    { role: 'system', content: 'Be brief.' },
    { role: 'assistant', content: 'Yes?' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Who ' },
        { type: 'text', text: 'was it?' },
      ],
    },
  ]);
  expect(text).toBe('Be brief.\n\nUser: Hi.\nAssistant: Yes?\nUser: Who was it?\nAssistant:');
});

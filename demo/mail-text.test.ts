/** @file Raw mails become short plain texts without what gives the label away. */
import { expect, test } from 'vitest';
import { readMail } from './mail-text.ts';

const mail = (...lines: readonly string[]): Uint8Array => Buffer.from(lines.join('\n'), 'latin1');

test('decodes quoted-printable in the declared charset, after an mbox line', async () => {
  const raw = mail(
    'From someone@example.org  Thu Aug 22 14:44:07 2002',
    'Subject: =?iso-8859-1?Q?Caf=E9?=',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'A long line that goes =',
    'on, with 100=25 caf=E9.',
  );
  expect(await readMail(raw)).toEqual({ subject: 'Café', body: 'A long line that goes on, with 100% café.' });
});

test('takes the plain part of a multipart mail, and decodes base64', async () => {
  const raw = mail(
    'Subject: Two parts',
    'Content-Type: multipart/alternative; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('The plain part.').toString('base64'),
    '--b',
    'Content-Type: text/html',
    '',
    '<p>The other part.</p>',
    '--b--',
  );
  expect((await readMail(raw)).body).toBe('The plain part.');
});

test('turns a mail of HTML only into its text', async () => {
  const raw = mail(
    'Subject: Page',
    'Content-Type: text/html',
    '',
    '<style>p{}</style><p>Fish &amp; <b>chips</b></p><a href="http://x.example/">here</a>',
  );
  expect((await readMail(raw)).body).toBe('Fish & chips here');
});

test('leaves out what gives the label away: tags, marks, quotes, footers, addresses and links', async () => {
  const raw = mail(
    'Subject: Re: [ILUG] *****SPAM***** The question',
    'X-Spam-Status: Yes, hits=9.1',
    '',
    'SPAM: Content analysis details: 9.1 hits',
    'URL: http://feed.example/1',
    'On Tue, Aug 27, 2002, someone wrote:',
    '> an earlier message',
    'Ask zzzz@example.org or see http://example.org/page now.',
    '-- ',
    'A signature',
    '_______________________________________________',
    'Some mailing list',
  );
  expect(await readMail(raw)).toEqual({ subject: 'The question', body: 'Ask (address) or see (link) now.' });
});

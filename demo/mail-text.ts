/** @file One raw mail in, the short plain text a classifier sees out. */
import { convert } from 'html-to-text';
import PostalMime from 'postal-mime';

/** The subject and the beginning of what the sender wrote, on one line each. */
export interface MailText {
  readonly subject: string;
  readonly body: string;
}

/**
 * Reads one RFC 822 message (MIME multipart, quoted-printable and base64 parts, any charset; HTML when there is no plain text).
 *
 * What would give the label away without saying anything about the message is left out: all headers but the subject, list tags
 * and reply marks in the subject, quoted lines, signatures and list footers, feed headers, filter reports, addresses and links
 * (kept as the words "(address)" and "(link)") and the stand-ins ("zzzz") that the makers of the corpus put for their own names.
 */
export async function readMail(raw: Uint8Array): Promise<MailText> {
  const mail = await PostalMime.parse(withoutMboxLine(raw));
  const plain = mail.text?.trim() ? mail.text : htmlText(mail.html ?? '');
  return { subject: cleanSubject(mail.subject ?? ''), body: cleanBody(plain) };
}

/** The mbox separator "From someone Thu Aug 22 …" before the headers is not part of the message. */
function withoutMboxLine(raw: Uint8Array): Uint8Array {
  const start = Buffer.from('From ');
  if (!start.equals(raw.subarray(0, start.length))) return raw;
  return raw.subarray(raw.indexOf(10) + 1);
}

function htmlText(html: string): string {
  return convert(html, {
    wordwrap: false,
    limits: { maxInputLength: 1 << 20 },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'img', format: 'skip' },
      { selector: 'h1', format: 'block' },
      { selector: 'h2', format: 'block' },
      { selector: 'h3', format: 'block' },
      { selector: 'table', format: 'block' },
    ],
  });
}

const REPLY_OR_TAG = /^(\s|re(\[\d+\])?:|fwd?:|\[[^\]]*\]|\*+\s*spam\s*\*+|\(?spam[:)])+/i;

function cleanSubject(subject: string): string {
  return oneLine(subject.replace(REPLY_OR_TAG, ''));
}

/** From the first such line on, a list server or mail program speaks, not the sender. */
const FOOTER =
  /^(-- ?|_{20,}.*|-{20,}.*|-+ ?Yahoo! Groups Sponsor.*|.*mailing list|To unsubscribe.*|http:\/\/\S*\/listinfo\/\S*)$/i;
const NOT_THE_SENDERS =
  /^([>|:}#].*|On .*:|.*(wrote|writes|said|mentioned) ?:|-+ ?(original|forwarded) message.*|SPAM: .*|(URL|Date|From|To|Cc|Sent|Subject): .*|\S{0,4}>.*)$/i;

function cleanBody(body: string): string {
  const lines = body.split(/\r?\n/).map((line) => line.trim());
  const first = lines.findIndex((line) => line !== '' && !FOOTER.test(line));
  const footer = lines.findIndex((line, i) => i > first && FOOTER.test(line));
  return oneLine(
    lines
      .slice(Math.max(first, 0), footer < 0 ? undefined : footer)
      .filter((line) => !NOT_THE_SENDERS.test(line))
      .join(' '),
  );
}

function oneLine(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/<\/?[a-z!][^<>]{0,300}>?/gi, ' ')
    .replaceAll(/\b(https?|ftp):\/\/\S+|\bwww\.\S+/gi, '(link)')
    .replaceAll(/\S+@\S+/g, '(address)')
    .replaceAll(/\b([zy]{4}\w*|\w+\.taint\.org|taint\.org|netnoteinc\S*)/gi, '')
    .replaceAll(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replaceAll(/([^\p{L}\p{N}\s])\1{2,}/gu, '$1')
    .trim();
}

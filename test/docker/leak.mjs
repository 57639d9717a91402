/**
 * @file An owner that gives private data away: sends what the file of its first argument lists, in the provider's own protocol, by the owner's own
 * connection. Runs in the owner's container, beside the code of the owner.
 */

import { readFileSync } from 'node:fs';
import { Client, credentials, Metadata } from '@grpc/grpc-js';

const PATH = '/softpost.v1.InferenceService/Classify';
/** Of HTTP/2, where nobody has agreed on more. */
const FRAME_BYTES = 16_384;
const GZIP = 2;

const ca = readFileSync('/exchange/ca.pem');
const apiKey = readFileSync('/exchange/api-key', 'utf8').trim();

const same = (bytes) => bytes;

function send(message, { headers = {}, options = {} } = {}) {
  const client = new Client('provider:50051', credentials.createSsl(ca), options);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return new Promise((resolve) => {
    // Whether the provider makes anything of it is the same here.
    client.makeUnaryRequest(PATH, same, same, message, metadata, () => {
      client.close();
      resolve();
    });
  });
}

const places = {
  message: (content) => send(content),
  header: (content) => send(Buffer.alloc(0), { headers: { 'x-note': content.toString() } }),
  gzip: (content) => send(content, { options: { 'grpc.default_compression_algorithm': GZIP } }),
  /** Half of it in one frame, half in the next. */
  split: (content) => {
    const before = FRAME_BYTES - 5 - Math.floor(content.byteLength / 2);
    return send(Buffer.concat([Buffer.alloc(before, 'a'), content, Buffer.alloc(100, 'b')]));
  },
};

const leaks = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { place, content } of leaks) await places[place](Buffer.from(content, 'base64'));

/** @file What a capture says once TLS, HTTP/2, HPACK, frames and compression are taken off. The first three are tshark's work. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { gunzipSync, inflateSync } from 'node:zlib';

/** One direction of one call. */
export interface Half {
  readonly from: string;
  /** Name and value, a line for each. */
  headers: string;
  /** Messages, decompressed. */
  readonly messages: Buffer[];
  /** What is left when the whole messages are taken off: none, if the call ended well. */
  rest: Buffer;
}

export interface Wire {
  /** In the order in which they began. */
  readonly halves: readonly Half[];
  /** Kinds of frames of HTTP/2 that were seen, by number. */
  readonly frameTypes: ReadonlySet<number>;
  /** Bytes of frames that are neither data nor headers. */
  readonly other: Buffer;
}

const FIELDS = [
  'ip.src',
  'tcp.stream',
  'http2.streamid',
  'http2.type',
  'http2.length',
  'http2.data.data',
  'http2.header.name',
  'http2.header.value',
  'http2.goaway.addata',
  'http2.unknown',
] as const;
/** Between the values of one field, where a packet has several. */
const BETWEEN = '\u001f';

const DATA = 0;
const PREFIX_BYTES = 5;

/** @param port of the provider's service */
export async function readWire(capture: string, keyLog: string, port: number): Promise<Wire> {
  const halves = new Map<string, Half & { data: Buffer[] }>();
  const frameTypes = new Set<number>();
  const other: Buffer[] = [];
  const flags = [
    '-o',
    `tls.keylog_file:${keyLog}`,
    '-o',
    'tcp.reassemble_out_of_order:TRUE',
    '-d',
    `tcp.port==${port},tls`,
  ];
  const columns = FIELDS.flatMap((field) => ['-e', field]);
  const form = ['-T', 'fields', '-E', `aggregator=${BETWEEN}`, ...columns];
  for await (const line of tshark(capture, [...flags, '-Y', 'http2', ...form])) {
    const [from, connection, ids, types, lengths, data, names, values, ...rest] = line
      .split('\t')
      .map((column) => (column === '' ? [] : column.split(BETWEEN))) as Columns;
    other.push(...rest.flat().map((hex) => Buffer.from(hex, 'hex')));
    const halfOf = (id: string): Half & { data: Buffer[] } => {
      const key = [from[0], connection[0], id].join();
      const known = halves.get(key);
      if (known) return known;
      const half = { from: from[0]!, headers: '', messages: [], rest: Buffer.alloc(0), data: [] };
      halves.set(key, half);
      return half;
    };
    let next = 0;
    for (const [i, type] of types.map(Number).entries()) {
      frameTypes.add(type);
      if (type === DATA && lengths[i] !== '0') halfOf(ids[i]!).data.push(Buffer.from(data[next++]!, 'hex'));
    }
    // A packet with the headers of several calls has them in one list; they go to the first.
    const heading = types.indexOf('1');
    if (heading !== -1)
      halfOf(ids[heading]!).headers += names.map((name, i) => `${name}: ${values[i] ?? ''}\n`).join('');
  }
  for (const half of halves.values()) takeMessages(half);
  return { halves: [...halves.values()], frameTypes, other: Buffer.concat(other) };
}

type Columns = [string[], string[], string[], string[], string[], string[], string[], string[], ...string[][]];

/** Frames of gRPC: a byte that says whether the message is compressed, its length, the message. */
function takeMessages(half: Half & { data: Buffer[] }): void {
  half.rest = Buffer.concat(half.data.splice(0));
  while (half.rest.byteLength >= PREFIX_BYTES) {
    const end = PREFIX_BYTES + half.rest.readUInt32BE(1);
    if (half.rest.byteLength < end) return;
    const message = half.rest.subarray(PREFIX_BYTES, end);
    half.messages.push(half.rest[0] === 0 ? message : decompressed(message));
    half.rest = half.rest.subarray(end);
  }
}

function decompressed(message: Buffer): Buffer {
  const isGzip = message[0] === 0x1f && message[1] === 0x8b;
  return isGzip ? gunzipSync(message) : inflateSync(message);
}

/** What passed the bridge beside TLS to and from the provider, as protocols, and what a container needs to know its neighbours. */
export async function otherProtocols(capture: string, port: number): Promise<ReadonlySet<string>> {
  const expected = `tcp.port == ${port} or arp or icmpv6`;
  const lines = tshark(capture, ['-Y', `not (${expected})`, '-T', 'fields', '-e', 'frame.protocols']);
  const seen = new Set<string>();
  for await (const protocols of lines) seen.add(protocols);
  return seen;
}

async function* tshark(capture: string, flags: readonly string[]): AsyncIterable<string> {
  const program = spawn('tshark', ['-n', '-r', capture, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(program, 'close');
  let log = '';
  program.stderr.on('data', (text: Buffer) => (log += text.toString()));
  yield* createInterface({ input: program.stdout });
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`tshark ended with ${code}: ${log.slice(-1000)}`);
}

/** @file For tests and benchmarks: starts the provider of `file-server.fixture.ts`. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openChannel, type Channel } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';
import type { DownloadOptions } from '@softpost/shared/rpc/download';
import { memoryOf, type Memory } from '../memory.fixture.ts';

const DOWNLOAD = '/softpost.v1.StudentService/DownloadStudent';

export interface FileServer {
  readonly process: ChildProcess;
  readonly address: string;
  readonly ca: Buffer;
  readonly memory: () => Promise<Memory>;
  readonly open: (apiKey?: string) => Channel;
}

/** @param tlsDir of `createServerFolder` for localhost */
export async function startFileServer(tlsDir: string, file: string): Promise<FileServer> {
  const child = fork(join(import.meta.dirname, 'file-server.fixture.ts'), [tlsDir, file], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
  });
  const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }];
  const address = `localhost:${port}`;
  const ca = await readFile(join(tlsDir, 'ca.pem'));
  return {
    process: child,
    address,
    ca,
    memory: () => memoryOf(child),
    open: (apiKey = 'spk') => openChannel({ address, ca, apiKey }),
  };
}

export function downloadFrom(channel: Channel): DownloadOptions['read'] {
  return (offset, signal) => channel.stream(DOWNLOAD, encodeRequest(DOWNLOAD, { offset }), { signal });
}

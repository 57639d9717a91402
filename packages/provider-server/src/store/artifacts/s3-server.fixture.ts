/** @file For tests: an S3 server on a free port, with one bucket. */

import { join } from 'node:path';
import S3rver from 's3rver';

export const BUCKET = 'bucket';

export interface S3Server {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Sets the credentials that it takes in the environment, also for processes that are started from here on. */
export async function startS3Server(dir: string): Promise<S3Server> {
  const server = new S3rver({
    port: 0,
    address: 'localhost',
    silent: true,
    directory: join(dir, 's3'),
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = await server.run();
  process.env['AWS_ACCESS_KEY_ID'] = process.env['AWS_SECRET_ACCESS_KEY'] = 'S3RVER';
  return { endpoint: `http://localhost:${port}`, close: () => server.close() };
}

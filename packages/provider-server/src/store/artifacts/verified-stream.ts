/** @file A stream that ends well only if its content was right. */

import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { Digest } from '@softpost/shared/artifact/digest';
import { damaged } from './artifact-store.ts';

/** Passes the content on; the last chunk is held back until the digest is known, so that nobody has the whole of a damaged file. */
export function verified(digest: Digest): Transform {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      if (held !== undefined) this.push(held);
      held = chunk;
      done();
    },
    flush(done) {
      if (`sha256:${hash.digest('hex')}` !== digest) return done(damaged(digest, 'has another content'));
      if (held !== undefined) this.push(held);
      done();
    },
  });
}

/** @file Artifacts in an S3 bucket, with a local cache: a file is fetched once, checked, and then read from the disk. */

import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Digest } from '@softpost/shared/artifact/digest';
import { isSoftpostError, SoftpostError } from '@softpost/shared/errors';
import { damaged, keyOf, type ArtifactStore } from './artifact-store.ts';
import { openFolderStore } from './folder-store.ts';

export interface S3Options {
  readonly bucket: string;
  /** In front of all keys, such as `softpost/`. @default '' */
  readonly prefix?: string | undefined;
  readonly region?: string | undefined;
  /** Of a store that is not Amazon's. */
  readonly endpoint?: string | undefined;
  /** The bucket in the path instead of the host name, as most other stores want it. @default where `endpoint` is given */
  readonly forcePathStyle?: boolean;
  /** Credentials come from the environment, as the AWS SDK looks for them. */
  readonly cacheDir: string;
}

/**
 * Opens the bucket. The SDK is an optional dependency, so that only who uses S3 has it.
 * @throws ARTIFACTS_UNAVAILABLE when the SDK is not installed or the bucket not reachable; CANNOT_WRITE for the cache
 */
export async function openS3Store({ bucket, prefix = '', cacheDir, ...options }: S3Options): Promise<ArtifactStore> {
  const sdk = await loadSdk();
  const { endpoint, region = 'us-east-1', forcePathStyle = endpoint !== undefined } = options;
  const client = new sdk.S3Client({ region, forcePathStyle, ...(endpoint === undefined ? {} : { endpoint }) });
  const cache = await openFolderStore(cacheDir);
  const place = (digest: Digest) => ({ Bucket: bucket, Key: `${prefix}${keyOf(digest)}` });
  await reaching(bucket, () => client.send(new sdk.HeadBucketCommand({ Bucket: bucket })));

  /** Into the cache, where it is not there yet. */
  const fetched = async (digest: Digest): Promise<void> => {
    if (await cache.has(digest)) return;
    const found = await reaching(bucket, () => client.send(new sdk.GetObjectCommand(place(digest))), digest);
    const stored = await reaching(bucket, () => cache.put(found.Body as Readable));
    if (stored.digest === digest) return;
    await cache.delete(stored.digest);
    throw damaged(digest, 'has another content');
  };

  return {
    put: async (source) => {
      const stored = await cache.put(source);
      const Body = createReadStream(await cache.path(stored.digest));
      await reaching(bucket, () => new sdk.Upload({ client, params: { ...place(stored.digest), Body } }).done());
      return stored;
    },

    open: async (digest, offset) => {
      await fetched(digest);
      return cache.open(digest, offset);
    },

    path: async (digest) => {
      await fetched(digest);
      return cache.path(digest);
    },

    has: (digest) => reaching(bucket, () => exists(client, sdk, place(digest))),

    delete: async (digest) => {
      await cache.delete(digest);
      await reaching(bucket, () => client.send(new sdk.DeleteObjectCommand(place(digest))));
    },

    async *list(olderThanMs) {
      let ContinuationToken: string | undefined;
      do {
        const from = ContinuationToken === undefined ? {} : { ContinuationToken };
        const listed = await reaching(bucket, () =>
          client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...from })),
        );
        for (const { Key = '', LastModified } of listed.Contents ?? []) {
          const [, hex] = /\/([0-9a-f]{64})$/.exec(Key) ?? [];
          if (hex && LastModified && Date.now() - LastModified.getTime() >= olderThanMs) yield `sha256:${hex}`;
        }
        ContinuationToken = listed.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    close: async () => {
      client.destroy();
      await cache.close();
    },
  };
}

type Sdk = Awaited<ReturnType<typeof loadSdk>>;

async function loadSdk() {
  try {
    const [s3, { Upload }] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/lib-storage')]);
    return { ...s3, Upload };
  } catch (cause) {
    const message = 'for S3 the packages @aws-sdk/client-s3 and @aws-sdk/lib-storage must be installed';
    throw new SoftpostError('ARTIFACTS_UNAVAILABLE', message, { cause });
  }
}

async function exists(client: S3Client, sdk: Sdk, place: { Bucket: string; Key: string }): Promise<boolean> {
  try {
    await client.send(new sdk.HeadObjectCommand(place));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Gives errors of the SDK their code: what is missing of a file that was put is damage, everything else is the connection. */
async function reaching<T>(bucket: string, work: () => Promise<T>, digest?: Digest): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isSoftpostError(cause)) throw cause;
    if (digest && isMissing(cause)) throw damaged(digest, 'is missing');
    throw new SoftpostError('ARTIFACTS_UNAVAILABLE', `the bucket ${bucket} cannot be reached`, { cause });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name);
}

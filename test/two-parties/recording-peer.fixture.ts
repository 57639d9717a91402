/** @file For tests: a peer between owner and provider that passes every call on, and keeps what the owner sent as it came in. */

import { startPeer, type Peer } from '@softpost/owner-client/provider.fixture';
import type { Channel } from '@softpost/shared/rpc/channel';
import { encodeRequest, methodAt, methodPaths } from '@softpost/shared/rpc/definitions';

/** @param provider a connection with what the provider asks of this owner */
export function startRecordingPeer(provider: Channel): Promise<Peer> {
  const handlers = Object.fromEntries(
    methodPaths().map((path) => {
      const pass = (request: object): unknown => {
        const message = encodeRequest(path, request as never);
        return methodAt(path).responseStream ? provider.stream(path, message) : provider.unary(path, message);
      };
      return [path.replace('/softpost.v1.', ''), pass];
    }),
  );
  return startPeer(handlers);
}

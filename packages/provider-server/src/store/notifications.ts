/**
 * @file LISTEN on a PostgreSQL server. Notifications only wake: whoever waits also looks by itself from time to time, so one that
 * is lost while the connection is down costs a moment and nothing else.
 */

import type { Client } from 'pg';

export interface Channel {
  /** Calls `onMessage` with every payload from now on. @returns what ends it */
  listen(name: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const RECONNECT_MS = 2000;

/** One connection for all listeners, made by the first and made again when it is lost. */
export function openPostgresChannel(connect: () => Client, onError: (error: Error) => void): Channel {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  let current: Promise<Client> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const open = (): Promise<Client> => {
    current ??= start(connect(), (lost) => lost === current);
    return current;
  };

  // A failure has arranged for the next try.
  const reconnect = (): void => void open().catch(() => undefined);

  const start = (client: Client, isCurrent: (lost: Promise<Client>) => boolean): Promise<Client> => {
    const lose = (error?: Error): void => {
      if (error) onError(error);
      if (!isCurrent(started)) return;
      current = undefined;
      if (closed) return;
      timer = setTimeout(reconnect, RECONNECT_MS);
      timer.unref();
    };
    client.on('error', lose);
    client.on('end', () => lose());
    client.on('notification', ({ channel, payload = '' }) => {
      for (const onMessage of listeners.get(channel) ?? []) onMessage(payload);
    });
    const started = client.connect().then(async () => {
      for (const name of listeners.keys()) await client.query(`listen "${name}"`);
      return client;
    });
    started.catch(lose);
    return started;
  };

  return {
    listen: async (name, onMessage) => {
      const known = listeners.get(name);
      const set = known ?? new Set();
      listeners.set(name, set.add(onMessage));
      // Without the connection the listener is told nothing until it is made again.
      await open()
        .then((client) => (known ? undefined : client.query(`listen "${name}"`)))
        .catch(() => undefined);
      return async () => void set.delete(onMessage);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const client = await current?.catch(() => undefined);
      await client?.end();
    },
  };
}

/**
 * @file Tries to get out of a container. Its first argument says where, as JSON: `hosts` whose ports are all tried, `addresses` (host and port), and `names`
 * to be looked up. Prints what was reached, as JSON.
 */

import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';

const TIMEOUT_MS = 3000;
const AT_ONCE = 512;
const PORTS = 65_535;

const { hosts, addresses, names } = JSON.parse(process.argv[2]);

function reaches({ host, port }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (isReached) => {
      socket.destroy();
      resolve(isReached);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}

async function reached(targets) {
  const answers = await Promise.all(targets.map(reaches));
  return targets.filter((_, i) => answers[i]);
}

const open = [];
for (const host of hosts) {
  for (let first = 1; first <= PORTS; first += AT_ONCE) {
    const length = Math.min(AT_ONCE, PORTS + 1 - first);
    open.push(...(await reached(Array.from({ length }, (_, i) => ({ host, port: first + i })))));
  }
}
const known = await Promise.all(names.map((name) => lookup(name).catch(() => undefined)));

process.stdout.write(
  JSON.stringify({ open, addresses: await reached(addresses), names: names.filter((_, i) => known[i]) }),
);

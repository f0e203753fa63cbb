import logger from 'node-media-server/src/core/logger.js';
import { runChild, sendToParent } from '../../health/childSide.ts';
import { type Listener, openDoor } from './listener.ts';
import { countRefusals } from './refusalCount.ts';
import type { DoorInit } from './wire.ts';

/** The RTMP door's process. Zod stays out of it: what it is told comes from its own parent, and it must be up again quickly. */

let listener: Listener | undefined;
let keys: readonly string[] = [];

runChild({
  init: async (raw) => {
    const init = raw as DoorInit;
    // its log names the stream paths, which are the keys
    logger.log = () => undefined;
    listener = await openDoor(init.host, init.port, countRefusals((refusals) => sendToParent(refusals)));
    allow(init.keys);
  },
  message: (raw) => allow(raw as DoorInit['keys']),
  stop: () => listener?.close(),
});

// every handler of a socket is fenced, so that this is no peer's doing: nothing can be said of the state, and it ends
process.on('uncaughtException', (error) => {
  const told = keys.reduce((text, key) => text.replaceAll(key, '[redacted]'), String(error.stack ?? error));
  process.stderr.write(`${told}\n`, () => process.exit(1));
});

function allow(list: readonly string[]): void {
  keys = list;
  listener?.allow(new Set(list.map((key) => `/live/${key}`)));
}

import { runChild, sendToParent } from '../../src/health/childSide.ts';
import { LookoutError } from '../../src/errors.ts';

/** A child that echoes, and that can be told to fail in the ways children do. */
const hoard: Buffer[] = [];
runChild({
  init: (init) => {
    if (init === 'refuse') throw new LookoutError('PORT_IN_USE', 'Port 1 is taken.');
    sendToParent({ init });
  },
  message: (message) => {
    if (message === 'hang') for (;;);
    if (message === 'grow') setInterval(() => hoard.push(Buffer.alloc(20e6, 1)), 20);
    if (message === 'throw') throw new Error('the echo broke at rtsp://u:pass@host/x');
    sendToParent({ echo: message });
  },
  stop: () => undefined,
});

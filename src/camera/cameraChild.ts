import { setTimeout as sleep } from 'node:timers/promises';
import { LookoutError } from '../errors.ts';
import { backOff } from '../health/backOff.ts';
import { runChild, sendToParent } from '../health/childSide.ts';
import { parseAddress } from '../ingest/address.ts';
import type { Address } from '../ingest/address.ts';
import { CameraInit } from './cameraWire.ts';
import type { FromCamera, ToCamera } from './cameraWire.ts';
import { readConnection } from './connection.ts';
import type { KeepOrder } from './keepWire.ts';
import type { LiveOrder } from './liveWire.ts';
import { createLearningTurns } from './learning.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import type { RecordOrder } from './recordWire.ts';

/** A camera's process: it reads, decodes when needed, chooses, and reconnects for ever. */

/** Frames that may wait in the pipe; beyond that the newest are dropped, since the parent is not reading. */
const MAX_WAITING = 8;
/** A silent peer has already cost the watchdog's patience: it is tried again soon, ms. */
const AFTER_SILENCE = 500;

const stopped = new AbortController();

runChild({
  init: (raw) => {
    const init = CameraInit.parse(raw);
    recorder = createRecorder(init, send);
    void live(init, parseAddress(init.url));
  },
  message: (raw) => {
    const message = raw as ToCamera | KeepOrder | LiveOrder | RecordOrder;
    if (message.kind === 'learn') learning.told(message);
    else recorder?.told(message);
  },
  stop: () => {
    stopped.abort();
    return recorder?.close();
  },
});

const send = (message: FromCamera): boolean => sendToParent(message, message.kind === 'frame' ? MAX_WAITING : undefined);
const learning = createLearningTurns(send);
let recorder: Recorder | undefined;

async function live(init: CameraInit, address: Address): Promise<void> {
  const { signal } = stopped;
  const pause = backOff({ first: 500, most: 30_000, calm: 10_000 });
  let known = init.encoder;
  const watched = (message: FromCamera): boolean => {
    if (message.kind === 'frame') pause.up();
    if (message.kind === 'encoder') known = message.delay;
    return send(message);
  };
  while (!signal.aborted) {
    try {
      await readConnection({ ...init, encoder: known }, address, { send: watched, learning, recorder, signal });
      if (address.kind === 'file') return void send({ kind: 'end' });
    } catch (error) {
      const { code, detail } = told(error, address);
      send({ kind: 'offline', code, detail });
      const wait = code === 'CAMERA_STALLED' ? AFTER_SILENCE : pause.next();
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

function told(error: unknown, address: Address): LookoutError {
  return error instanceof LookoutError ? error : new LookoutError('CAMERA_UNREACHABLE', `${address.shown}: ${String(error)}.`);
}

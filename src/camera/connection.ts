import { setTimeout as sleep } from 'node:timers/promises';
import { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import type { Address } from '../ingest/address.ts';
import type { PacketTimes } from '../ingest/clock/clock.ts';
import { createDecoder } from '../ingest/decoder.ts';
import { openSource } from '../ingest/source.ts';
import type { Source } from '../ingest/source.ts';
import type { CameraInit, FromCamera } from './cameraWire.ts';
import type { LearningTurns } from './learning.ts';
import { createLifeSigns } from './lifeSigns.ts';
import type { Recorder } from './recorder.ts';
import { createStream } from './stream.ts';
import type { CameraStreamSide } from './stream.ts';
import { startWatchdog } from './watchdog.ts';
import type { Watchdog } from './watchdog.ts';

/** While nothing is decoded packets may come in small heaps: two wake-ups a second instead of fifty; what wakes is seen up to this much later, ms. */
const GATHER = 450;

export interface ConnectionEnds {
  readonly send: (message: FromCamera) => boolean;
  readonly learning: LearningTurns;
  /** what remembers the last moments, if anything is to */
  readonly recorder?: Recorder | undefined;
  readonly signal: AbortSignal;
}

/**
 * Opens an address and reads it until `signal` aborts or a file ends; when a live stream breaks it throws
 * CAMERA_UNREACHABLE, CAMERA_NO_VIDEO, CAMERA_STALLED or what the way to the camera refuses.
 */
export async function readConnection(init: CameraInit, address: Address, ends: ConnectionEnds): Promise<void> {
  const watchdog = startWatchdog();
  const pace = { gather: 0 };
  try {
    const source = await openSource(address, { transport: init.transport, network: init.network, gather: () => pace.gather }, watchdog.guard);
    watchdog.allow(source.latency);
    try {
      await watch(source, init, address, { ...ends, watchdog, pace });
    } finally {
      await source.close();
    }
  } catch (error) {
    throw watchdog.barked ? new LookoutError('CAMERA_STALLED', `${address.shown} sent no picture for ${watchdog.patience / 1000} s.`, { cause: error }) : error;
  } finally {
    watchdog.stop();
  }
  if (address.kind !== 'file' && !ends.signal.aborted) throw new LookoutError('CAMERA_UNREACHABLE', `${address.shown} ended the stream.`);
}

interface Reading extends ConnectionEnds {
  readonly watchdog: Watchdog;
  /** how long packets may gather at present, ms */
  readonly pace: { gather: number };
}

/** Reading and looking side by side: one stamps packets as they arrive, the other takes its time. */
async function watch(source: Source, init: CameraInit, address: Address, { send, learning, recorder, signal, watchdog, pace }: Reading): Promise<void> {
  const decoder = await createDecoder(source, { frameSize: init.frameSize, hardware: init.hardware });
  // a file comes once, and what it shows is not to be missed
  const stream = createStream(init, source, decoder, address.kind, send, address.kind === 'file' ? undefined : learning, recorder);
  const abort = (): void => source.interrupt();
  signal.addEventListener('abort', abort, { once: true });
  const lives = createLifeSigns();
  const alive = (): void => {
    const { shown } = stream;
    // the first picture of one that has yet to learn is waited for
    pace.gather = shown.asleep && shown.decoded > 0 && !recorder?.waiting ? GATHER : 0;
    if (lives(shown)) watchdog.feed();
  };
  stream.onForetold(alive);
  const looking = stream.run(signal);
  let failure: { readonly error: unknown } | undefined;
  try {
    await Promise.race([readPackets(source, address.kind === 'file', signal, stream, alive), looking.then(() => Promise.reject(new Error('looking ended')))]);
  } catch (error) {
    failure = { error };
  }
  source.interrupt();
  stream.end();
  await looking.catch((error: unknown) => (failure ??= { error }));
  signal.removeEventListener('abort', abort);
  stream.close();
  decoder.close();
  if (failure && !signal.aborted) throw failure.error;
}

async function readPackets(source: Source, paced: boolean, signal: AbortSignal, stream: CameraStreamSide, alive: () => void): Promise<void> {
  const pace = paced ? createPacer(signal) : undefined;
  while (!signal.aborted) {
    const packet = new Packet();
    packet.alloc();
    await stream.waits();
    const times = await source.next(packet);
    if (!times) return packet.free();
    await pace?.(times);
    stream.arrived(packet, times);
    alive();
  }
}

/** Lets a file's packets through when they are due, as if a camera sent them. */
function createPacer(signal: AbortSignal): (times: PacketTimes) => Promise<void> {
  let epoch: number | undefined;
  return async ({ dts, pts }) => {
    const due = dts ?? pts;
    if (Number.isNaN(due)) return;
    epoch ??= performance.now() - due;
    const wait = epoch + due - performance.now();
    if (wait > 1) await sleep(wait, undefined, { signal }).catch(() => undefined);
  };
}

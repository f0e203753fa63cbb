import { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import type { Address } from './address.ts';
import type { CameraInit, FromCamera } from './cameraWire.ts';
import { openSource } from './source.ts';
import type { Source } from './source.ts';
import { createLiveStream, createReplay } from './stream.ts';
import { startWatchdog } from './watchdog.ts';
import type { Watchdog } from './watchdog.ts';

/**
 * Opens an address and reads it until `signal` aborts or a file ends; when a live stream breaks it throws
 * CAMERA_UNREACHABLE, CAMERA_NO_VIDEO or CAMERA_STALLED.
 */
export async function readConnection(init: CameraInit, address: Address, send: (message: FromCamera) => boolean, signal: AbortSignal): Promise<void> {
  const watchdog = startWatchdog();
  try {
    const source = await openSource(address, init.transport, watchdog.guard);
    try {
      await readSource(source, init, address, { send, signal, watchdog });
    } finally {
      await source.close();
    }
  } catch (error) {
    throw watchdog.barked ? new LookoutError('CAMERA_STALLED', `${address.shown} sent no picture for 8 s.`, { cause: error }) : error;
  } finally {
    watchdog.stop();
  }
  if (address.kind !== 'file' && !signal.aborted) throw new LookoutError('CAMERA_UNREACHABLE', `${address.shown} ended the stream.`);
}

interface Reading {
  readonly send: (message: FromCamera) => boolean;
  readonly signal: AbortSignal;
  readonly watchdog: Watchdog;
}

async function readSource(source: Source, init: CameraInit, address: Address, { send, signal, watchdog }: Reading): Promise<void> {
  const file = address.kind === 'file';
  const stream = file ? createReplay(init, source, send) : createLiveStream(init, source, address.kind, send);
  const packet = new Packet();
  packet.alloc();
  try {
    while (!signal.aborted) {
      const asked = performance.now();
      const times = await source.next(packet);
      if (!times) return;
      // an RTSP stream's first packet may come before its time base is known
      if (Number.isNaN(times.pts)) continue;
      if (await stream.take(packet, times, performance.now() - asked)) watchdog.feed();
    }
  } finally {
    stream.close();
    packet.free();
  }
}

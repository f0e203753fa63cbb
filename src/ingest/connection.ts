import { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import type { Address } from './address.ts';
import type { CameraInit, FromCamera } from './cameraWire.ts';
import type { PacketTimes } from './clock/clock.ts';
import { createPacketQueue } from './packetQueue.ts';
import type { Queued } from './packetQueue.ts';
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
    const source = await openSource(address, { transport: init.transport, network: init.network ?? { allow: [], tls: 'verify' } }, watchdog.guard);
    try {
      const reading = { send, signal, watchdog };
      await (address.kind === 'file' ? replay(source, init, reading) : readLive(source, init, address, reading));
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

/** Cameras send keyframes up to half a minute apart, and who joins between them sees nothing until the next one, ms. */
const FIRST_PICTURE = 60_000;

/** Reading and decoding side by side: one stamps packets as they arrive, the other takes its time. */
async function readLive(source: Source, init: CameraInit, address: Address, { send, signal, watchdog }: Reading): Promise<void> {
  const stream = createLiveStream(init, source, address.kind, send);
  const queue = createPacketQueue<Arrived>(watchdog.feed);
  const began = performance.now();
  let pictured = false;
  const reading = readPackets(source, signal, (arrived) => {
    if (!Number.isNaN(arrived.pts)) stream.arrived(arrived.packet, arrived.times);
    if (!pictured && performance.now() - began < FIRST_PICTURE) watchdog.feed();
    queue.push(arrived);
  }).then(() => queue.end(), (error: unknown) => queue.end(error));
  try {
    for (let turn = await queue.next(); turn && !signal.aborted; turn = await queue.next()) {
      if (turn.gap) stream.gap(turn.gap.from, turn.gap.to);
      if (await stream.decode(turn.packet.packet)) {
        pictured = true;
        watchdog.feed();
      }
      turn.packet.free();
    }
  } finally {
    source.interrupt();
    await reading;
    stream.close();
  }
}

interface Arrived extends Queued {
  readonly packet: Packet;
  readonly times: PacketTimes;
}

async function readPackets(source: Source, signal: AbortSignal, take: (arrived: Arrived) => void): Promise<void> {
  while (!signal.aborted) {
    const packet = new Packet();
    packet.alloc();
    const times = await source.next(packet);
    if (!times) return packet.free();
    // an RTSP stream's first packet may come before its time base is known (NaN): it tells no time, but it may be the only keyframe for long
    take({ packet, times, pts: times.pts, keyframe: packet.isKeyframe, size: packet.size, free: () => packet.free() });
  }
}

async function replay(source: Source, init: CameraInit, { send, signal, watchdog }: Reading): Promise<void> {
  const stream = createReplay(init, source, send);
  const packet = new Packet();
  packet.alloc();
  while (!signal.aborted && (await source.next(packet))) {
    await stream.decode(packet);
    watchdog.feed();
  }
  packet.free();
  stream.close();
}

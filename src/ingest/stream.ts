import { setTimeout as sleep } from 'node:timers/promises';
import type { Packet } from 'node-av/lib';
import type { AddressKind } from './address.ts';
import type { CameraInit, FromCamera } from './cameraWire.ts';
import { createClock } from './clock/clock.ts';
import type { PacketTimes, StreamClock, WallTime } from './clock/clock.ts';
import { readEncoderDelay } from './clock/encoderDelay.ts';
import { createFacts } from './facts.ts';
import { createPicker } from './picker.ts';
import { createPictureMaker } from './picture.ts';
import type { Picture } from './picture.ts';
import type { Source } from './source.ts';

/** Pictures that wait for the clock to settle; the newest stay. */
const MAX_HELD = 16;
const FALLBACK_FPS = 25;

export interface LiveStream {
  /** A packet has been read. */
  arrived(packet: Packet, times: PacketTimes): void;
  /** Decodes a packet and sends what comes of it; true when a picture came of it. */
  decode(packet: Packet): Promise<boolean>;
  /** Packets (stream time, ms) were left out. */
  gap(from: number, to: number): void;
  close(): void;
}

/** The way of one connection's packets: clock, decoder, choice, scaling, and the wall-clock time of each picture that is sent. */
export function createLiveStream(init: CameraInit, source: Source, kind: AddressKind, send: (message: FromCamera) => boolean): LiveStream {
  const maker = createPictureMaker(source, init.frameSize);
  const facts = createFacts(source);
  const period = (): number => 1000 / (facts.fps || source.fps || FALLBACK_FPS);
  // libav's parsers give an access unit out when the next one of an RTP stream begins
  const clock = createClock({ framePeriod: period, heldBack: () => (kind === 'rtsp' ? period() : 0), trueDts: kind === 'rtmp' });
  if (init.encoder) clock.encoder(init.encoder);
  const outlet = createOutlet((pts) => clock.read(pts), send);
  const picker = createPicker(init.maxFps);

  return {
    arrived(packet, times) {
      clock.packet(times);
      if (facts.packet(times.pts, packet.isKeyframe)) send({ kind: 'facts', facts: facts.told(clock.source) });
      if (packet.isKeyframe) learnEncoder(packet, clock, send);
    },
    async decode(packet) {
      const before = maker.decoded;
      for await (const picture of maker.decode(packet, picker)) outlet(picture);
      return maker.decoded > before;
    },
    gap(from, to) {
      maker.flush();
      if (Number.isNaN(from) || Number.isNaN(to)) return;
      const [begin, end] = [clock.read(from), clock.read(to)];
      if (begin && end) send({ kind: 'skipped', from: begin.at, to: end.at });
    },
    close: maker.close,
  };
}

/** A file played as if it were live: the same way, at the pace of its own stamps, from now on. */
export function createReplay(init: CameraInit, source: Source, send: (message: FromCamera) => boolean): Pick<LiveStream, 'decode' | 'close'> {
  const maker = createPictureMaker(source, init.frameSize);
  const picker = createPicker(init.maxFps);
  let epoch: number | undefined;
  const read = (pts: number): WallTime => ({ at: (epoch ?? 0) + pts, uncertainty: 1, timeSource: 'file' });
  const outlet = createOutlet(read, send);
  return {
    async decode(packet) {
      for await (const picture of maker.decode(packet, picker)) {
        epoch ??= Date.now() - picture.pts;
        await sleep(Math.max(0, epoch + picture.pts - Date.now()));
        outlet(picture);
      }
      return true;
    },
    close: maker.close,
  };
}

function learnEncoder(packet: Packet, clock: StreamClock, send: (message: FromCamera) => boolean): void {
  const delay = packet.data ? readEncoderDelay(packet.data) : undefined;
  if (!delay) return;
  clock.encoder(delay);
  send({ kind: 'encoder', delay });
}

/** Sends pictures with their wall-clock time, which never runs backwards; holds them while the clock has none to give. */
function createOutlet(read: (pts: number) => WallTime | undefined, send: (message: FromCamera) => boolean): (picture: Picture) => void {
  const held: Picture[] = [];
  let latest = 0;
  return (picture) => {
    held.push(picture);
    if (held.length > MAX_HELD) held.shift();
    if (!read(picture.pts)) return;
    for (const { pts, width, height, data } of held.splice(0)) {
      const time = read(pts);
      if (!time) continue;
      latest = Math.max(latest + 1, time.at);
      send({ kind: 'frame', frame: { ...time, at: latest, pts: pts / 1000, width, height, data } });
    }
  };
}

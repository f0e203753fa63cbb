import type { Packet } from 'node-av/lib';
import type { AddressKind } from '../ingest/address.ts';
import { createClock } from '../ingest/clock/clock.ts';
import type { PacketTimes, StreamClock, WallTime } from '../ingest/clock/clock.ts';
import { readEncoderDelay } from '../ingest/clock/encoderDelay.ts';
import type { Decoder } from '../ingest/decoder.ts';
import type { Source } from '../ingest/source.ts';
import { createPacketGate } from '../sample/packetGate.ts';
import { packetKind } from '../sample/packetKind.ts';
import { payloadSize } from '../sample/payloadSize.ts';
import type { CameraInit, FromCamera } from './cameraWire.ts';
import { Decoding, LOOK_BACK } from './decoding.ts';
import { createStreamCounter } from './facts.ts';
import { createGaze } from './gaze.ts';
import type { LearningTurns } from './learning.ts';
import type { Shown } from './lifeSigns.ts';
import { createRelayed } from './relayed.ts';
import type { Recorder } from './recorder.ts';
import { createTally } from './tally.ts';
import { Watcher } from './watcher.ts';

const FALLBACK_FPS = 25;

/** One connection's packets on their way to kept frames. */
export interface CameraStreamSide {
  /** A packet has been read; it is freed here, when nothing needs it any longer. */
  arrived(packet: Packet, times: PacketTimes): void;
  run(signal: AbortSignal): Promise<void>;
  end(): void;
  readonly shown: Shown;
  /** Resolves when it is worth while to read on; undefined: it is. */
  waits(): Promise<void> | undefined;
  /** Gets what to call when a packet is known of that is not read yet. */
  onForetold(heard: () => void): void;
  close(): void;
}

/** Joins what happens to a connection's packets: clock, facts, gate, memory, decoder, sampler. Without `learning` its gate learns at once. */
export function createStream(init: CameraInit, source: Source, decoder: Decoder, kind: AddressKind, send: (message: FromCamera) => boolean, learning?: LearningTurns, recorder?: Recorder): CameraStreamSide {
  const counter = createStreamCounter();
  const period = (): number => 1000 / (counter.fps || source.fps || FALLBACK_FPS);
  const clock = kind === 'file' ? fileClock() : liveClock(init, source, kind, period);
  if (init.encoder) clock.encoder(init.encoder);
  const gate = init.gate ? createPacketGate() : undefined;
  const gaze = createGaze(init, clock, gate, send);
  const skipped = (from: number, to: number): void => {
    const [begin, end] = [clock.read(from), clock.read(to)];
    if (begin && end) send({ kind: 'skipped', from: begin.at, to: end.at });
  };
  const decoding = new Decoding(decoder, skipped);
  let heard = (): void => undefined;
  const watcher = new Watcher({ decoding, clock, gate, gaze, learning, keyframeInterval: () => counter.keyframeInterval, release: () => relayed?.release() });
  const recording = recorder?.open(source, clock, () => relayed?.release());
  const count = createTally({ source, decoder, clock, counter, asleep: () => watcher.asleep, tell: (facts) => void send({ kind: 'facts', facts }) });
  const relayed = createRelayed(source, {
    foretold(packet) {
      count(packet.times, packet.seen.keyframe, packet.size);
      watcher.foretold(packet);
      heard();
    },
    still: () => watcher.still && decoder.decoded > 0 && !recorder?.waiting && !recorder?.recording,
    left: (pts) => watcher.left(pts),
  }, Math.max(LOOK_BACK, 1000 * (init.record?.before ?? 0)));
  return {
    arrived(packet, times) {
      const { pts } = times;
      const { isKeyframe: keyframe, size, data } = packet;
      const known = data ? { size: payloadSize(source.codec, data), kind: packetKind(source.codec, data, keyframe), keyframe } : undefined;
      const news = known && data && relayed ? relayed.packet(times, known, data) : 'new';
      if (news === 'left') return packet.free();
      if (news === 'new' && !Number.isNaN(pts)) count(times, keyframe, size);
      if (keyframe && data) learnEncoder(data, clock, send);
      // an RTSP stream's first packet may come before its time base is known (NaN): it tells no time, but it may be the only keyframe for long
      const seen = known && !Number.isNaN(pts) ? { pts, ...known } : undefined;
      recording?.packet(packet, { pts, keyframe, size });
      const read = { packet, pts, keyframe, size, free: () => packet.free() };
      watcher.arrived(read, news === 'told' ? null : seen);
    },
    waits: () => relayed?.waits(),
    onForetold: (told) => void (heard = told),
    run: (signal) => watcher.run(signal),
    end: () => {
      watcher.end();
      recording?.end();
    },
    get shown() {
      return { asleep: watcher.asleep, decoded: decoder.decoded, busy: decoding.busy, taken: decoding.taken, behind: decoding.behind };
    },
    close: gaze.close,
  };
}

function liveClock(init: CameraInit, source: Source, kind: AddressKind, period: () => number): StreamClock {
  // libav's parsers give an access unit out when the next one of an RTP stream begins
  const heldBack = (): number => (kind === 'rtsp' ? period() : 0);
  return createClock({ framePeriod: period, heldBack, trueDts: kind !== 'rtsp', policy: init.clock, latency: source.latency });
}

/** A file played as if it were live: its first packet is now. */
function fileClock(): StreamClock {
  let epoch: number | undefined;
  return {
    packet: ({ pts, arrival }) => {
      epoch ??= arrival - pts;
    },
    encoder: () => undefined,
    read: (pts: number): WallTime | undefined => (epoch === undefined ? undefined : { at: epoch + pts, uncertainty: 1, timeSource: 'file' }),
    source: 'file',
    told: () => ({ believed: 'arrival' }),
  };
}

function learnEncoder(data: Uint8Array, clock: StreamClock, send: (message: FromCamera) => boolean): void {
  const delay = readEncoderDelay(data);
  if (!delay) return;
  clock.encoder(delay);
  send({ kind: 'encoder', delay });
}

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
import { Decoding } from './decoding.ts';
import { createStreamCounter } from './facts.ts';
import { createGaze } from './gaze.ts';
import type { LearningTurns } from './learning.ts';
import type { Shown } from './lifeSigns.ts';
import type { Recorder } from './recorder.ts';
import { createSelf } from './self.ts';
import { Watcher } from './watcher.ts';

const FALLBACK_FPS = 25;
/** Asleep, facts are told every so many seconds. */
const RARELY = 2;

/** One connection's packets on their way to kept frames. */
export interface CameraStreamSide {
  /** A packet has been read; it is freed here, when nothing needs it any longer. */
  arrived(packet: Packet, times: PacketTimes): void;
  run(signal: AbortSignal): Promise<void>;
  end(): void;
  readonly shown: Shown;
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
  const watcher = new Watcher({ decoding, clock, gate, gaze, learning, keyframeInterval: () => counter.keyframeInterval });
  const self = createSelf();
  const recording = recorder?.open(source, clock);
  let seconds = 0;

  const tellFacts = (pts: number): void => {
    const { codec, width, height, fps: declaredFps } = source;
    const stream = { codec, width, height, declaredFps, ...counter.told, timeSource: clock.source, clock: clock.told(), until: clock.read(pts)?.at };
    send({ kind: 'facts', facts: { ...stream, decoded: decoder.decoded, hardware: decoder.hardware, ...self.told } });
  };
  return {
    arrived(packet, times) {
      const { pts } = times;
      const { isKeyframe: keyframe, size, data } = packet;
      if (!Number.isNaN(pts)) {
        clock.packet(times);
        self.second(watcher.asleep, pts);
        if (counter.packet(pts, keyframe, size) && (!watcher.asleep || seconds++ % RARELY === 0)) tellFacts(pts);
      }
      if (keyframe && data) learnEncoder(data, clock, send);
      // an RTSP stream's first packet may come before its time base is known (NaN): it tells no time, but it may be the only keyframe for long
      const seen = data && !Number.isNaN(pts) ? { pts, size: payloadSize(source.codec, data), kind: packetKind(source.codec, data, keyframe), keyframe } : undefined;
      const read = { packet, pts, keyframe, size, free: recording ? freedTwice(packet) : () => packet.free() };
      watcher.arrived(read, seen);
      recording?.packet(read);
    },
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

/** Frees a packet when both who hold it have done with it. */
function freedTwice(packet: Packet): () => void {
  let holders = 2;
  return () => (--holders === 0 ? packet.free() : undefined);
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

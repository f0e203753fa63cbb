import type { ClockReport } from '../ingest/clock/times.ts';
import type { TimeSource } from '../values.ts';

/** What a stream says of itself, and what was measured since it was opened. */
export interface StreamFacts {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly declaredFps: number;
  readonly measuredFps: number;
  /** seconds between keyframes; undefined before the second one */
  readonly keyframeInterval: number | undefined;
  /** bits a second */
  readonly bitrate: number;
  readonly timeSource: TimeSource;
  /** how the camera's own clock fares against ours */
  readonly clock: ClockReport;
  /** seconds that these facts rest on */
  readonly observed: number;
  /** wall clock of the newest packet, ms; undefined while it is not known */
  readonly until: number | undefined;
  readonly packets: number;
  /** pictures decoded */
  readonly decoded: number;
  /** what decodes, where it is not the processor */
  readonly hardware: string | undefined;
  /** share of the time in which the decoder slept */
  readonly asleep: number;
  /** processor seconds that the camera's process has used since the stream was opened */
  readonly cpu: number;
  /** of the camera's process, MB, without what all such processes share */
  readonly memory: number;
}

/** Packets that the frame rate is measured over. */
const RECENT = 64;

export interface StreamCounter {
  /** True once a second: time to tell. */
  packet(pts: number, keyframe: boolean, size: number): boolean;
  readonly told: Pick<StreamFacts, 'measuredFps' | 'keyframeInterval' | 'bitrate' | 'observed' | 'packets'>;
  /** frames a second as their stamps say, 0 before there are two */
  readonly fps: number;
  /** ms; undefined before the second keyframe */
  readonly keyframeInterval: number | undefined;
}

/** Measures a stream by its packets' stamps (ms). */
export function createStreamCounter(): StreamCounter {
  const stamps: number[] = [];
  let first: number | undefined;
  let last = 0;
  let told = 0;
  let packets = 0;
  let bytes = 0;
  let keyframe: number | undefined;
  let keyframeInterval: number | undefined;
  let period: { readonly packets: number; readonly ms: number } = { packets: 0, ms: 0 };

  // the median step, since packets of B-frames come out of order and a pause is no frame period
  const measure = (): number => {
    const sorted = stamps.toSorted((a, b) => a - b);
    const steps = sorted.slice(1).map((stamp, i) => stamp - (sorted[i] ?? 0));
    return steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
  };
  const fps = (): number => {
    // sorted anew for every packet it would cost more than reading the stream
    if (packets - period.packets > 12 || packets < RECENT) period = { packets, ms: measure() };
    return period.ms > 0 ? 1000 / period.ms : 0;
  };
  const observed = (): number => (last - (first ?? last)) / 1000;
  return {
    packet(pts, isKeyframe, size) {
      // a stream whose stamps jumped is measured from there
      if (first === undefined || pts < first || pts > last + 60_000) first = pts - told * 1000;
      last = pts;
      packets += 1;
      bytes += size;
      stamps.push(pts);
      if (stamps.length > RECENT) stamps.shift();
      if (isKeyframe) {
        if (keyframe !== undefined && pts > keyframe) keyframeInterval = pts - keyframe;
        keyframe = pts;
      }
      const second = Math.floor((pts - first) / 1000);
      if (second <= told) return false;
      told = second;
      return true;
    },
    get told() {
      return {
        measuredFps: fps(),
        keyframeInterval: keyframeInterval === undefined ? undefined : keyframeInterval / 1000,
        bitrate: observed() > 0 ? (8 * bytes) / observed() : 0,
        observed: observed(),
        packets,
      };
    },
    get fps() {
      return fps();
    },
    get keyframeInterval() {
      return keyframeInterval;
    },
  };
}

import type { TimeSource } from '../values.ts';
import type { StreamFacts } from './cameraWire.ts';

/** Packets that the frame rate is measured over. */
const RECENT = 64;

export interface FactFinder {
  /** True once a second: time to tell. */
  packet(pts: number, keyframe: boolean): boolean;
  told(timeSource: TimeSource): StreamFacts;
  /** frames a second as their stamps say, 0 before there are two */
  readonly fps: number;
}

/** Measures a stream by its packets' stamps (ms). */
export function createFacts(declared: { readonly codec: string; readonly width: number; readonly height: number; readonly fps: number }): FactFinder {
  const stamps: number[] = [];
  let first: number | undefined;
  let last = 0;
  let told = 0;
  let keyframe: number | undefined;
  let keyframeInterval: number | undefined;

  // the median step, since packets of B-frames come out of order and a pause is no frame period
  const fps = (): number => {
    const sorted = stamps.toSorted((a, b) => a - b);
    const steps = sorted.slice(1).map((stamp, i) => stamp - (sorted[i] ?? 0));
    const step = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
    return step > 0 ? 1000 / step : 0;
  };
  return {
    packet(pts, isKeyframe) {
      first ??= pts;
      last = pts;
      stamps.push(pts);
      if (stamps.length > RECENT) stamps.shift();
      if (isKeyframe) {
        if (keyframe !== undefined) keyframeInterval = pts - keyframe;
        keyframe = pts;
      }
      const second = Math.floor((pts - first) / 1000);
      if (second === told) return false;
      told = second;
      return true;
    },
    told: (timeSource) => ({
      codec: declared.codec,
      width: declared.width,
      height: declared.height,
      declaredFps: declared.fps,
      measuredFps: fps(),
      keyframeInterval: keyframeInterval === undefined ? undefined : keyframeInterval / 1000,
      timeSource,
      observed: (last - (first ?? last)) / 1000,
    }),
    get fps() {
      return fps();
    },
  };
}

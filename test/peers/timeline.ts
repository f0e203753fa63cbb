/** A stretch of a path's frames with one clip and one rate. Frames are numbered in order of capture over the path's whole life. */
export interface Segment {
  /** number of its first frame */
  readonly first: number;
  /** true wall clock at which that frame is captured, ms */
  readonly at: number;
  /** ms between frames */
  readonly period: number;
  /** number of a frame that is the clip's first */
  readonly origin: number;
  /** frames of the clip, which is looped */
  readonly length: number;
  readonly wobble: number;
}

/** When each frame of a path is captured. Both sides keep one: the simulator makes the segments, whoever asks for the truth is told them. */
export interface Timeline {
  begin(segment: Segment): void;
  /** true wall clock of a frame's capture, ms */
  capture(frame: number): number;
  /** the same without the wobble */
  nominal(frame: number): number;
  /** number of the frame that shows this index of its clip and was captured nearest to `near` (true wall clock, ms) */
  find(index: number, near: number): number | undefined;
}

export function createTimeline(): Timeline {
  const segments: Segment[] = [];
  const of = (frame: number): Segment => {
    const found = segments.findLast((s) => s.first <= frame) ?? segments[0];
    if (!found) throw new Error('This path has no frames yet.');
    return found;
  };
  const nominal = (frame: number): number => {
    const s = of(frame);
    return s.at + (frame - s.first) * s.period;
  };
  const capture = (frame: number): number => nominal(frame) + of(frame).wobble * of(frame).period * offPlace(frame);
  return {
    begin: (segment) => void segments.push(segment),
    nominal,
    capture,
    find(index, near) {
      let best: number | undefined;
      segments.forEach((s, i) => {
        if (index >= s.length) return;
        const last = (segments[i + 1]?.first ?? Infinity) - 1;
        const about = s.first + (near - s.at) / s.period;
        const loop = Math.round((about - s.origin - index) / s.length);
        for (const k of [loop - 1, loop, loop + 1]) {
          const frame = s.origin + k * s.length + index;
          if (frame < s.first || frame > last) continue;
          if (best === undefined || Math.abs(capture(frame) - near) < Math.abs(capture(best) - near)) best = frame;
        }
      });
      return best;
    },
  };
}

/** A number in [-1, 1) that belongs to a frame. */
function offPlace(frame: number): number {
  const mixed = Math.imul(frame ^ (frame >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 31 - 1;
}

import type { Answer, Frame, Window } from '../../src/values.ts';

/** A window of tiny black frames at the given wall-clock times (ms). */
export function windowAt(camera: string, times: readonly number[], id = `${camera}-${times.at(-1) ?? 0}`): Window {
  const frames = times.map((at): Frame => {
    return { camera, pts: at / 1000, at, uncertainty: 5, timeSource: 'rtcp', width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) };
  });
  return { id, camera, frames, reason: 'hop', cutAt: (times.at(-1) ?? 0) + 40 };
}

/** An answer that saw nothing. */
export function emptyAnswer(window: Window): Answer {
  return {
    windowId: window.id,
    camera: window.camera,
    reason: window.reason,
    from: window.frames[0]?.at ?? 0,
    to: window.frames.at(-1)?.at ?? 0,
    timeSource: 'rtcp',
    sightings: [],
    model: 'none',
    visualTokens: 0,
    latency: { capture: 40, queue: 0, infer: 0 },
  };
}

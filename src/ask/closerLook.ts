import { qwenBackend } from '../infer/qwen.ts';
import type { FileEvent } from '../infer/longVideo.ts';
import { createSecondLook } from '../infer/secondLook.ts';
import type { Event, Frame } from '../values.ts';
import { createRecentFrames } from '../window/recentFrames.ts';
import type { AskedModel } from './model.ts';

/** Frames that closer looks may want: an event is told a window or two after it was shown. */
const KEPT = { seconds: 120, bytes: 128 * 2 ** 20 };
/** A model whose calls take longer than this is shown no event twice, ms. */
const SLOW = 1500;

export interface CloserLook {
  /** the same frames, kept for a while */
  keeping(frames: AsyncIterable<Frame>): AsyncGenerator<Frame, void, void>;
  /** The event with the times that close-ups of its beginning and end show; undefined where they deny it. */
  at(event: FileEvent): Promise<FileEvent | undefined>;
}

/** Looks at events once more, in windows made of all frames around them, as the daemon does. `pace`: ms that a call of the model takes. */
export function closerLook(model: AskedModel, pace: () => number, align: boolean | undefined, signal: AbortSignal): CloserLook {
  const frames = createRecentFrames(KEPT);
  const second = createSecondLook({ backend: qwenBackend(model, align === undefined ? {} : { alignTimes: align }), frames, signal });
  let [camera, asked] = ['', 0];
  return {
    async *keeping(source) {
      for await (const frame of source) {
        camera = frame.camera;
        frames.add(frame);
        yield frame;
      }
    },
    async at(event) {
      if (pace() > SLOW) return event;
      const closer = await second.refine(asEvent(event, camera, `question-${++asked}`));
      if (closer?.phase === 'retracted') return undefined;
      return closer ? { ...event, start: closer.start, end: closer.end, uncertainty: Math.max(closer.startUncertainty, closer.endUncertainty) } : event;
    },
  };
}

function asEvent({ text, start, end, uncertainty, confidence, windows }: FileEvent, camera: string, id: string): Event {
  return {
    id, camera, text, start, end, confidence, startUncertainty: uncertainty, endUncertainty: uncertainty, timeSource: 'file', phase: 'end',
    windowId: id, model: '', sightings: windows, detectedAt: end, latency: { capture: 0, queue: 0, infer: 0 },
  };
}

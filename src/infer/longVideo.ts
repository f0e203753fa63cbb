import type { Frame, Window } from '../values.ts';
import type { Backend } from './backend.ts';
import { equivalent } from './equivalent.ts';
import { EventMerger } from './mergeEvents.ts';
import type { FileEvent } from './mergeEvents.ts';
import { cutByTokens } from './tokenWindows.ts';
import type { TokenBudget } from './tokenWindows.ts';

export type { FileEvent } from './mergeEvents.ts';

export interface LongVideoOptions extends TokenBudget {
  /** answered window by window; without it the events are listed */
  readonly question?: string;
  /** list the events with their times; where not given, only without a question */
  readonly outputTimestamps?: boolean;
  /** sentences that draw the model's eye, as of rules */
  readonly lookFor?: readonly string[];
  /** the question is about this part only, ms: the frames around it are for the events' sake */
  readonly within?: readonly [number, number];
}

/** Times are ms of the video. */
export type LongVideoStep =
  /** an event that no later window can change */
  | { readonly kind: 'event'; readonly event: FileEvent }
  /** what a window says to the question; seconds in its words count from `anchor` */
  | { readonly kind: 'answer'; readonly text: string; readonly start: number; readonly end: number; readonly anchor: number }
  /** everything up to `at` has been looked at */
  | { readonly kind: 'progress'; readonly at: number; readonly windows: number; readonly visualTokens: number };

/**
 * Looks at hours of video in bounded memory, through windows of `windowSize` tokens that overlap by `overlapRatio`. A window's
 * seconds count from its own first frame and are mapped back to the video's time line; features of the frames that two windows
 * share are computed once. The same frames and options give the same steps. Errors: those of the frames and of the model; USAGE
 * where the window is too small for the video's frames.
 */
export async function* longVideo(frames: AsyncIterable<Frame>, backend: Backend, opts: LongVideoOptions, signal?: AbortSignal): AsyncGenerator<LongVideoStep, void, void> {
  const { question, outputTimestamps = question === undefined, lookFor = [], within: [first, last] = [-Infinity, Infinity] } = opts;
  const merger = new EventMerger((a, b) => equivalent(backend, a, b));
  let windows = 0;
  let visualTokens = 0;
  for await (const { window, next } of cutByTokens(frames, opts)) {
    signal?.throwIfAborted();
    windows += 1;
    visualTokens += visualTokensOf(window, opts.side);
    if (outputTimestamps) {
      const answer = await backend.events(window, lookFor, signal);
      await merger.add(answer);
      for (const event of merger.settle(next)) yield { kind: 'event', event };
    }
    const shown = spanOf(window);
    const [start, end] = [Math.max(first, shown.start), Math.min(last, shown.end)];
    if (question !== undefined && start <= end) {
      const text = await backend.ask(window, question, (start - shown.start) / 1000, (end - shown.start) / 1000);
      signal?.throwIfAborted();
      yield { kind: 'answer', text, start, end, anchor: shown.start };
    }
    yield { kind: 'progress', at: shown.end, windows, visualTokens };
  }
}

function visualTokensOf({ frames }: Window, side: number): number {
  return frames.reduce((sum, { width, height }) => sum + (width / side) * (height / side), 0) / 2;
}

function spanOf({ frames }: Window): { start: number; end: number } {
  return { start: frames[0]?.at ?? 0, end: frames.at(-1)?.at ?? 0 };
}

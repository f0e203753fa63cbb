import { LookoutError } from '../errors.ts';
import { formatStamp } from '../qwen3vl/video/frames.ts';
import type { Frame, Window } from '../values.ts';

export interface TokenBudget {
  /** tokens of video in a window: the visual ones and those of the stamps */
  readonly windowSize: number;
  /** share of a window's tokens that the next one shows again, 0 … below 1 */
  readonly overlapRatio: number;
  /** side in pixels of the square that is one visual token: patch × merge, 32 of Qwen3-VL */
  readonly side: number;
}

/** A window of a file, and where the one after it begins (ms; Infinity: it is the last). */
export interface FileWindow {
  readonly window: Window;
  readonly next: number;
}

type Pair = readonly [Frame, Frame];

/** Of a window's context, for the prompt and the answer. */
const RESERVE = 1024;

/** Tokens of video that a window may have: as many as were asked for, where the context allows. */
export function boundedWindowSize(asked: number, context: number): number {
  return Math.min(asked, Math.max(0, context - RESERVE));
}

/** `<`, ` seconds`, `>`, `<|vision_start|>` and `<|vision_end|>`; each character of the number is a token of its own. */
const STAMP_TOKENS = 5;

/**
 * Cuts frames into windows of whole pairs that fill a budget of tokens. Each is anchored at its own first frame, and shows again
 * the newest pairs of the one before. Holds the frames of one window. A last frame without a partner is paired with itself.
 * Throws USAGE where a window would not hold two pairs.
 */
export async function* cutByTokens(frames: AsyncIterable<Frame>, budget: TokenBudget): AsyncGenerator<FileWindow, void, void> {
  let pairs: Pair[] = [];
  /** pairs that no window has shown */
  let fresh = 0;
  let count = 0;
  const cut = (next: number): FileWindow => {
    fresh = 0;
    count += 1;
    return { window: windowOf(pairs, count), next };
  };
  for await (const pair of pairsOf(frames)) {
    if (tokensOf([...pairs, pair], budget.side) > budget.windowSize) {
      if (pairs.length < 2) throw tooSmall(pair, budget);
      const rest = newest(pairs, budget);
      yield cut((rest[0] ?? pair)[0].at);
      pairs = [...rest];
      // frames may have grown: what is shown again must leave room for what is new
      while (pairs.length > 0 && tokensOf([...pairs, pair], budget.side) > budget.windowSize) pairs.shift();
    }
    pairs.push(pair);
    fresh += 1;
  }
  if (fresh > 0) yield cut(Infinity);
}

async function* pairsOf(frames: AsyncIterable<Frame>): AsyncGenerator<Pair, void, void> {
  let single: Frame | undefined;
  for await (const frame of frames) {
    if (single) yield [single, frame];
    single = single ? undefined : frame;
  }
  if (single) yield [single, single];
}

/** Tokens of pairs as one window's prompt has them; stamps count from the first frame. */
export function tokensOf(pairs: readonly Pair[], side: number): number {
  const first = pairs[0]?.[0].at ?? 0;
  return pairs.reduce((sum, [a, b]) => sum + (a.width / side) * (a.height / side) + STAMP_TOKENS + formatStamp((a.at + b.at - 2 * first) / 2000).length, 0);
}

/** The newest pairs that make up the overlap; never all of them. */
function newest(pairs: readonly Pair[], { windowSize, overlapRatio, side }: TokenBudget): readonly Pair[] {
  let first = pairs.length;
  while (first > 1 && tokensOf(pairs.slice(first - 1), side) <= overlapRatio * windowSize) first--;
  return pairs.slice(first);
}

function windowOf(pairs: readonly Pair[], count: number): Window {
  const frames = pairs.flat();
  const last = frames.at(-1);
  if (!last) throw new RangeError('a window holds at least a pair');
  return { id: `${last.camera}-${count}`, camera: last.camera, frames, reason: 'hop', cutAt: last.at };
}

function tooSmall(pair: Pair, { windowSize, side }: TokenBudget): LookoutError {
  const least = 2 * tokensOf([pair], side) + 4;
  return new LookoutError('USAGE', `A window of ${windowSize} tokens is too small for this video: two pairs of its frames take ${least}.`);
}

import type { Unwatched } from '../store/unwatched.ts';

/** What an answer was made of. */
export type Source = 'file' | 'recording' | 'live' | 'events';

/** A stretch of time, ms: of the file, or wall clock. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The range that a question is about, as it was understood. */
export interface AskedRange extends Stretch {
  /** in words, in the time zone of this machine */
  readonly understood: string;
}

/** Something that happened. Times in ms: of the file, or wall clock. */
export interface AskEvent {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** half-width, ms */
  readonly uncertainty: number;
  readonly confidence: number;
  /** how well it matches what was asked for, 0..1; null where the question asks for nothing that happens */
  readonly relevance: number | null;
  readonly source: Source;
  /** in the log */
  readonly id?: string;
}

/** What one window says to the question. */
export interface WindowAnswer {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Usage {
  readonly windows: number;
  /** closer looks at what they showed */
  readonly secondLooks: number;
  readonly frames: number;
  readonly visualTokens: number;
  /** of these, those whose features had been computed before */
  readonly cachedVisualTokens: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
}

export interface AskAnswer {
  readonly text: string;
  readonly events: readonly AskEvent[];
  readonly answers: readonly WindowAnswer[];
  readonly source: Source;
  /** times are wall clock: of a camera */
  readonly wallClock: boolean;
  readonly range: AskedRange;
  /** what of the range was looked at, and not read from the log */
  readonly lookedAt: readonly Stretch[];
  readonly notWatched: readonly Unwatched[];
  readonly model: string;
  readonly usage: Usage;
  /** how it was looked at */
  readonly windowSize: number;
  readonly overlapRatio: number;
  /** there are more events than are told */
  readonly more: boolean;
}

/** `waiting` for a place, `fetching` a video, `looking` at it. */
export type Stage = 'waiting' | 'fetching' | 'looking';

export type AskStep =
  | { readonly kind: 'progress'; readonly stage: Stage; /** how far it has got, ms, and what share of the range that is */ readonly at?: number; readonly share?: number; readonly usage?: Usage; readonly wallClock?: boolean }
  | { readonly kind: 'event'; readonly event: AskEvent; readonly wallClock: boolean }
  | { readonly kind: 'answer'; readonly answer: WindowAnswer; readonly wallClock: boolean }
  | { readonly kind: 'done'; readonly answer: AskAnswer };

/**
 * What travels between the rooms. Every value carries its own time; wall clock is milliseconds since the Unix epoch (UTC).
 * This file imports nothing, so that every room can stand on it.
 */

/** Where a frame's wall-clock time comes from: the camera's RTCP sender reports, the moment of arrival, or a file's own pts. */
export type TimeSource = 'rtcp' | 'arrival' | 'file';

/** A decoded picture. `data` is RGB, 8 bits a channel, row by row: width × height × 3 bytes. */
export interface Frame {
  readonly camera: string;
  /** presentation time of the stream in seconds */
  readonly pts: number;
  /** wall clock, ms */
  readonly at: number;
  /** half-width of the interval that `at` is sure to lie in, ms */
  readonly uncertainty: number;
  readonly timeSource: TimeSource;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A small grey picture: `cells` holds width × height means of brightness, 0..255, row by row. */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  readonly cells: Float32Array;
  /** of all cells */
  readonly mean: number;
}

/** Why a window was cut: a regular hop while something moves, or a look at a quiet scene. */
export type WindowReason = 'hop' | 'activity' | 'heartbeat';

/** Frames that the model is shown together: an even number, in order of `at`; frames 2k and 2k+1 make one temporal patch. */
export interface Window {
  readonly id: string;
  readonly camera: string;
  readonly frames: readonly Frame[];
  readonly reason: WindowReason;
  /** wall clock at which the window was closed, ms */
  readonly cutAt: number;
}

/** One event as one window showed it. Times are wall clock, ms. */
export interface Sighting {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** ms, of start and end alike: the frame's own uncertainty and half the distance to its neighbours */
  readonly uncertainty: number;
  /** the event began before the window's first frame, so that `start` is an upper bound */
  readonly openStart: boolean;
  /** the event was still going on at the window's last frame */
  readonly openEnd: boolean;
  /** 0..1: least probability of the tokens that tell of the event */
  readonly confidence: number;
}

/** What the model said of a window. */
export interface Answer {
  readonly windowId: string;
  readonly camera: string;
  readonly reason: WindowReason;
  /** wall clock of the first and last frame, ms */
  readonly from: number;
  readonly to: number;
  readonly timeSource: TimeSource;
  readonly sightings: readonly Sighting[];
  readonly model: string;
  readonly visualTokens: number;
  readonly latency: Pick<LatencySplit, 'capture' | 'queue' | 'infer'>;
}

export type EventPhase = 'new' | 'update' | 'end' | 'retracted';

/** A happening, stitched over the windows that showed it; the same id through all its phases. */
export interface Event {
  readonly id: string;
  readonly camera: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly startUncertainty: number;
  readonly endUncertainty: number;
  readonly timeSource: TimeSource;
  readonly phase: EventPhase;
  /** the window that showed it last */
  readonly windowId: string;
  readonly model: string;
  readonly confidence: number;
  /** how many windows have shown it */
  readonly sightings: number;
  /** wall clock at which it was first known, ms */
  readonly detectedAt: number;
  readonly latency: Pick<LatencySplit, 'capture' | 'queue' | 'infer'>;
}

/** Where the time went between the happening and the message, ms each. */
export interface LatencySplit {
  /** from the last frame's capture until its window was cut */
  readonly capture: number;
  /** waiting for the model */
  readonly queue: number;
  readonly infer: number;
  readonly match: number;
  readonly publish: number;
}

export type Severity = 'info' | 'warning' | 'critical';

/** A rule that an event satisfied. */
export interface Verdict {
  readonly ruleId: string;
  readonly ruleText: string;
  readonly severity: Severity;
  readonly event: Event;
  /** probability of "yes" against "no", 0..1 */
  readonly score: number;
  readonly threshold: number;
  /** the part of the rule that matched */
  readonly clause: string;
  readonly matchMs: number;
}

/** A message to people, as it is stored and published. */
export interface Alert {
  readonly id: string;
  readonly phase: EventPhase;
  readonly camera: string;
  readonly ruleId: string;
  readonly ruleText: string;
  readonly severity: Severity;
  readonly eventId: string;
  readonly text: string;
  readonly score: number;
  readonly threshold: number;
  readonly clause: string;
  readonly start: number;
  readonly end: number;
  readonly startUncertainty: number;
  readonly endUncertainty: number;
  readonly timeSource: TimeSource;
  /** wall clock, ms: when it happened, was recognised, and was handed to the broker */
  readonly happenedAt: number;
  readonly detectedAt: number;
  readonly publishedAt: number;
  readonly latency: LatencySplit;
}

export type CoverageReason = 'offline' | 'overloaded' | 'dropped' | 'disabled' | 'model';

/** An interval in which a camera was not watched; `end` is null while it lasts. */
export interface Coverage {
  readonly camera: string;
  readonly start: number;
  readonly end: number | null;
  readonly reason: CoverageReason;
  readonly detail: string;
}

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

/** An event that a rule's verdict rests on, and how well it satisfied which part of the rule. */
export interface Evidence {
  readonly eventId: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** probability of "yes" against "no", 0..1 */
  readonly score: number;
  /** the part of the rule that it satisfied */
  readonly clause: string;
}

/**
 * What a rule says: that it came true (`new`), that what it spoke of has settled or goes on (`update`), is over (`end`) or was not
 * so (`retracted`). The same id through all phases. Times are wall clock, ms.
 */
export interface Verdict {
  readonly id: string;
  readonly phase: EventPhase;
  readonly ruleId: string;
  readonly ruleText: string;
  readonly severity: Severity;
  readonly camera: string;
  /** the event that decided; null where that something did not happen is what the rule asked for */
  readonly eventId: string | null;
  /** what happened, in the event's words; what did not, in the rule's */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly startUncertainty: number;
  readonly endUncertainty: number;
  readonly timeSource: TimeSource;
  /** when the rule came true in the scene: a lone event's start, the third of three, the end of an absence */
  readonly happenedAt: number;
  /** when that was recognised */
  readonly detectedAt: number;
  /** probability of "yes" against "no", 0..1; of several parts the least */
  readonly score: number;
  readonly threshold: number;
  /** the part of the rule that decided */
  readonly clause: string;
  /** every event that it rests on, in order of their starts */
  readonly evidence: readonly Evidence[];
  /** what a second look at the very frames said, 0..1; null where none was asked for, or none was possible */
  readonly verified: number | null;
  readonly latency: Pick<LatencySplit, 'capture' | 'queue' | 'infer'>;
  readonly matchMs: number;
}

/** A message to people, as it is stored and published: a verdict with its delivery, its pictures and where the time went. */
export interface Alert extends Omit<Verdict, 'latency' | 'matchMs'> {
  /** when it was handed to the broker */
  readonly publishedAt: number;
  readonly latency: LatencySplit;
  /** files in the media folder, relative to it; null while there is none */
  readonly snapshot: string | null;
  readonly clip: string | null;
}

/** A camera was watched from `from` to `to` (wall clock, ms), and all that was seen until then has been told. */
export interface Watched {
  readonly camera: string;
  readonly from: number;
  readonly to: number;
}

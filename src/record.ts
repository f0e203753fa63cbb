import type { Event, Sighting, WindowReason } from './values.ts';

// What the log keeps besides events and alerts, so that people can ask why, and why not.

/**
 * What became of a rule and an event (or of a moment that a rule waited for). `waiting`: a part of a rule in several parts came true,
 * the rest is awaited; `denied`: a second look said no; `averted`: what it waited for can no longer come true; `repeated`: it speaks of this
 * event already; `dropped`: the model could not keep up.
 */
export type Outcome = 'alerted' | 'below_threshold' | 'cooldown' | 'out_of_schedule' | 'snoozed' | 'waiting' | 'averted' | 'denied' | 'repeated' | 'retracted' | 'dropped';

/** One decision of one rule, kept so that people can ask why, and why not. */
export interface Decision {
  readonly ruleId: string;
  readonly camera: string;
  readonly eventId: string | null;
  /** in the scene, wall clock ms */
  readonly at: number;
  /** wall clock, ms */
  readonly decidedAt: number;
  /** the part of the rule that was held against the event */
  readonly clause: string;
  readonly score: number | null;
  readonly threshold: number;
  readonly outcome: Outcome;
  readonly alertId: string | null;
  /** what people need besides, in plain words: "until 14:05:10", "2 of 3" */
  readonly detail: string;
}

/** What the model was shown and said, kept so that people can ask why an event was not seen. */
export interface Look {
  readonly windowId: string;
  readonly camera: string;
  readonly reason: WindowReason;
  /** wall clock of the first and last frame, ms */
  readonly from: number;
  readonly to: number;
  readonly frames: number;
  readonly answeredAt: number;
  /** everything that the answer told, also what was not sure enough to become an event */
  readonly sightings: readonly Pick<Sighting, 'text' | 'start' | 'end' | 'confidence'>[];
}

/** What a person said of an alert. */
export interface Feedback {
  readonly alertId: string;
  readonly right: boolean;
  readonly note: string;
  /** wall clock, ms */
  readonly at: number;
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

/** What became of a gap: it began and lasts, it is over, or it was longer than was told before. */
export type CoverageChange = 'opened' | 'closed' | 'corrected';

/** What is to be told of the history: an event in one of its phases, or a gap as it then was. `seq` grows, also over a log that was lost. */
export type HistoryEntry =
  | { readonly kind: 'event'; readonly seq: number; readonly recordedAt: number; readonly event: Event }
  | { readonly kind: 'coverage'; readonly seq: number; readonly recordedAt: number; readonly gap: Coverage & { readonly id: string }; readonly change: CoverageChange };

/** What had to be given up of it before it was told: how many entries since the log began, and when the newest of them was written down (ms). */
export interface HistoryLoss {
  readonly dropped: number;
  readonly until: number | null;
}

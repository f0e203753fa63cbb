import type { Sighting, WindowReason } from './values.ts';

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

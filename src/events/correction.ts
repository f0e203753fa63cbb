import type { Event } from '../values.ts';

/** What a closer look made of an event. */
export interface Correction {
  /** the event as it was then */
  readonly asked: Event;
  readonly seen: Event;
}

/** Smaller moves of start or end, ms, are not worth telling. */
const WORTH_TELLING = 150;
/** Of an uncertainty, such a share of it is. */
const SURER = 0.75;

/** An event with what a look said of it; a boundary that has moved since stays as it is told now. */
export function corrected(event: Event, correction: Correction | undefined): Event {
  if (!correction) return event;
  const { asked, seen } = correction;
  const start = near(event.start, asked.start) ? { start: seen.start, startUncertainty: seen.startUncertainty } : {};
  const end = near(event.end, asked.end) ? { end: seen.end, endUncertainty: seen.endUncertainty } : {};
  const better = { ...event, ...start, ...end };
  return { ...better, end: Math.max(better.start, better.end) };
}

/** Is what is known now worth telling after what was told? A boundary has moved, or is clearly surer. */
export function betterThan(now: Event, told: Event): boolean {
  return (
    !near(now.start, told.start) || !near(now.end, told.end) || now.startUncertainty <= SURER * told.startUncertainty || now.endUncertainty <= SURER * told.endUncertainty
  );
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < WORTH_TELLING;
}

import type { Event, Watched } from '../values.ts';
import type { Span } from './schedule.ts';
import type { State } from './state.ts';

/** Stretches no farther apart than this are one, ms: cameras' frames and windows have seams. */
export const SEAM = 1000;
/** What was told until so long before may still be corrected, ms. */
export const LATE = 10_000;
/** A camera whose time falls back by more than this has had its clock set, ms. */
const SET_BACK = 60_000;
/** The end of an event is told so long after it was watched, ms; what is not told to have ended by then goes on. */
const SETTLE = 3000;

/** Adds a stretch to those that were watched. After a clock was set back, what lies in its future is forgotten. */
export function watch(state: State, { from, to }: Watched): void {
  if (!(to > from)) return;
  if (to < lastWatched(state) - SET_BACK) forgetFuture(state, from, to);
  const spans: Span[] = [];
  for (const span of [...state.watched, { from, to }].sort((a, b) => a.from - b.from)) {
    const before = spans.at(-1);
    if (before && span.from <= before.to + SEAM) spans[spans.length - 1] = { from: before.from, to: Math.max(before.to, span.to) };
    else spans.push({ from: span.from, to: span.to });
  }
  state.watched = spans;
}

/** Notes that an event is kept. One that is new and lies far back means that the clock was. */
export function advance(state: State, event: Event): void {
  if (event.phase === 'new' && event.start < state.newest - SET_BACK) forgetFuture(state, event.start, event.end);
  state.newest = Math.max(state.newest, event.start);
}

function forgetFuture(state: State, from: number, to: number): void {
  state.newest = Math.min(state.newest, to);
  state.watched = state.watched.filter((span) => span.from < from).map((span) => ({ from: span.from, to: Math.min(span.to, from) }));
  state.facts = state.facts.filter((fact) => fact.event.start <= to + SET_BACK);
  state.held = state.held.filter((event) => event.start <= to + SET_BACK);
  if (state.absence && state.absence.since > from) state.absence.since = from;
}

/** All that was seen until then has been told; 0 where nothing was. */
export function lastWatched(state: State): number {
  return state.watched.at(-1)?.to ?? 0;
}

/** How far an event is known to have gone on: as it was told, and where it is open as long as it was watched without a gap. */
export function lastsUntil(state: State, event: Event): number {
  if (event.phase === 'end') return event.end;
  return Math.max(event.end, (watchedFrom(state, event.end) ?? 0) - SETTLE);
}

/** Until when it was watched from `at` on without a gap; undefined where it was not, or is not known to have been yet. */
export function watchedFrom(state: State, at: number): number | undefined {
  const span = state.watched.find((one) => one.from <= at + SEAM && one.to >= at - SEAM);
  return span?.to;
}

/** Was there a time between two instants that nobody watched, as far as is known? */
export function gapWithin(state: State, from: number, to: number): Span | undefined {
  const until = watchedFrom(state, from) ?? from;
  const next = state.watched.find((span) => span.from > until + SEAM);
  return next && until < to - SEAM ? { from: until, to: Math.min(next.from, to) } : undefined;
}

/** The instant at which `length` ms of a span had been watched. */
export function watchedAtLength(state: State, span: Span, length: number): number | undefined {
  let sum = 0;
  for (const { from, to } of state.watched) {
    const [begin, end] = [Math.max(from, span.from), Math.min(to, span.to)];
    if (end <= begin) continue;
    if (sum + end - begin >= length) return begin + length - sum;
    sum += end - begin;
  }
  return undefined;
}

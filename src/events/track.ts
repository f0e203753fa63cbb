import type { Event, Sighting } from '../values.ts';
import { normalise } from './text.ts';

/** A sighting as a track keeps it. `key` names the reading it supports: equivalent texts have one key. */
export interface Seen extends Sighting {
  readonly key: string;
  /** the window that showed it */
  readonly windowId: string;
}

/**
 * held: not sure enough to be told; known: told, may still change; ended and retracted: told to the end, kept so that
 * windows which show it again find it.
 */
export type TrackPhase = 'held' | 'known' | 'ended' | 'retracted';

/** One supposed happening with all that speaks for and against it. */
export interface Track {
  seen: Seen[];
  /** windows that showed its whole time and not it */
  misses: number;
  phase: TrackPhase;
  /** as last told */
  event: Event | undefined;
}

/** An estimate in wall-clock ms. `open`: only a bound is known (start: at the latest, end: at the earliest). */
export interface Moment {
  readonly at: number;
  readonly uncertainty: number;
  readonly open: boolean;
}

/** Sightings kept per track; a long event in overlapping windows is seen more often than its estimate needs. */
const MOST_SEEN = 24;
/** Confidences are bounded here before they are weighed: no model is surer than that. */
const SUREST = 0.98;

export function addSeen(track: Track, seen: Seen): void {
  track.seen.push(seen);
  if (track.seen.length > MOST_SEEN) track.seen.splice(1, 1);
}

/** The median of the starts that lie within their windows; of clamped ones alone, the earliest. */
export function startOf(track: Track): Moment {
  const closed = track.seen.filter((s) => !s.openStart);
  if (closed.length > 0) return middle(closed, (s) => s.start);
  const at = Math.min(...track.seen.map((s) => s.start));
  return { at, uncertainty: Math.max(...track.seen.map((s) => s.uncertainty)), open: true };
}

/** The median of the ends that lie within their windows; of clamped ones alone, the latest. */
export function endOf(track: Track): Moment {
  const closed = track.seen.filter((s) => !s.openEnd);
  if (closed.length > 0) return middle(closed, (s) => s.end);
  const at = Math.max(...track.seen.map((s) => s.end));
  return { at, uncertainty: Math.max(...track.seen.map((s) => s.uncertainty)), open: true };
}

function middle(seen: readonly Seen[], of: (s: Seen) => number): Moment {
  const at = median(seen.map(of));
  const spread = median(seen.map((s) => Math.abs(of(s) - at)));
  return { at, uncertainty: Math.max(median(seen.map((s) => s.uncertainty)), spread), open: false };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

/** What a sighting of this confidence weighs against others: its log odds, never nothing. */
export function weight(confidence: number): number {
  const p = Math.min(SUREST, confidence);
  return Math.max(0.2, Math.log(p / Math.max(1e-6, 1 - p)));
}

/** What all sightings of a track weigh. */
export function strength(track: Track): number {
  return track.seen.reduce((sum, s) => sum + weight(s.confidence), 0);
}

/** The reading that the sightings support best; one already told gives way only to one that is clearly better. */
export function readingOf(track: Track): { key: string; text: string } {
  const weights = new Map<string, number>();
  for (const s of track.seen) weights.set(s.key, (weights.get(s.key) ?? 0) + weight(s.confidence));
  let best = track.event ? keyOfText(track, track.event.text) : undefined;
  for (const [key, w] of weights) {
    if (best === undefined || w > (weights.get(best) ?? 0) * (track.event ? 1.2 : 1)) best = key;
  }
  const key = best ?? '';
  return { key, text: textOf(track, key) };
}

/** A reading's words: as told before, else those of its surest sighting. */
function textOf(track: Track, key: string): string {
  if (track.event && keyOfText(track, track.event.text) === key) return track.event.text;
  let surest: Seen | undefined;
  for (const s of track.seen) if (s.key === key && s.confidence > (surest?.confidence ?? -1)) surest = s;
  return surest?.text ?? '';
}

function keyOfText(track: Track, text: string): string | undefined {
  return track.seen.find((s) => s.text === text)?.key;
}

/** Was the track ever read so? */
export function hasSeen(track: Track, key: string): boolean {
  return track.seen.some((s) => s.key === key || normalise(s.text) === key);
}

/** The key for a new sighting of the track: texts that say the same share one, so that they support one reading. */
export function keyFor(track: Track, key: string, another: boolean): string {
  const seen = track.seen.find((s) => s.key === key || normalise(s.text) === key);
  return seen?.key ?? (another ? key : readingOf(track).key);
}

/** Mean confidence in the reading over the windows that should have shown it: a window that did not counts as 0. */
export function confidenceOf(track: Track, key: string): number {
  let sum = 0;
  for (const s of track.seen) if (s.key === key) sum += s.confidence;
  return sum / (track.seen.length + track.misses);
}

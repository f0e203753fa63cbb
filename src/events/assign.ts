import type { Answer, Sighting } from '../values.ts';
import { likeness, normalise } from './text.ts';
import { endOf, hasSeen, readingOf, startOf, strength } from './track.ts';
import type { Track } from './track.ts';

/** Do two texts say the same? Answered from what has been asked before; unknown is no. */
export type Same = (a: string, b: string) => boolean;

/** A sighting and the track it shows; `another`: it reads the happening differently than the track does. */
export interface Match {
  readonly track: Track;
  readonly sighting: Sighting;
  readonly another: boolean;
}

/** A window that shows the whole time of a track but not it may show the same happening this much farther off (× tolerance). */
const DISPLACED = 1.5;
/** Two readings of one happening begin this near to each other (× tolerance) … */
const RIVAL = 0.85;
/** … and share so many of their words: who, or what is done. */
const RIVAL_LIKENESS = 0.55;
/** Two things that begin so far apart, ms, and do not overlap are no two readings of one. */
const IN_TURN = 500;
/** What a window's first frame cuts off is looked for so far back (× tolerance): models tell of a state as if it had just begun. */
const TAIL = 2;

/** The track's time lies in the window with a margin (ms) on both sides, so that the window should show it. */
export function covers(window: Pick<Answer, 'from' | 'to'>, start: number, end: number, margin: number): boolean {
  return window.from <= start - margin && window.to >= end + margin;
}

/**
 * How far apart a track and a sighting are in time, ms; undefined where they cannot be one happening. Clamped starts say
 * only "not later than", so they are held against the track's whole time.
 */
export function apart(track: Track, s: Sighting, tolerance: number): number | undefined {
  const start = startOf(track);
  const end = endOf(track);
  const distance = Math.abs(start.at - s.start);
  if (!s.openStart && !start.open) {
    const overlap = Math.min(end.at, s.end) - Math.max(start.at, s.start);
    const shorter = Math.min(end.at - start.at, s.end - s.start);
    return distance <= tolerance || (shorter > 0 && overlap >= shorter / 2 && distance <= 2 * tolerance) ? distance : undefined;
  }
  if (s.openStart) {
    const fits = start.at <= s.start + tolerance && end.at >= s.start - TAIL * tolerance;
    return fits ? tolerance / 2 + Math.max(0, s.start - end.at) : undefined;
  }
  const fits = s.start <= start.at + tolerance && s.end >= start.at - tolerance;
  return fits ? tolerance / 2 + Math.max(0, start.at - s.end) : undefined;
}

/**
 * Finds for each sighting of a window the track it shows, one to one: first those that say the same, nearest first; then
 * those that say the same somewhat farther off where the window shows nothing nearer; then rival readings (the same moment,
 * another colour) where the window does not also show what the track says.
 */
export function assign(answer: Answer, sightings: readonly Sighting[], tracks: readonly Track[], tolerance: number, same: Same): Match[] {
  let matches: Match[] = [];
  const takenTracks = new Set<Track>();
  const takenSightings = new Set<Sighting>();
  const pass = (cost: (track: Track, s: Sighting) => number | undefined, another: boolean): void => {
    const options: { track: Track; sighting: Sighting; cost: number }[] = [];
    for (const track of tracks) {
      for (const sighting of sightings) {
        if (takenTracks.has(track) || takenSightings.has(sighting)) continue;
        const c = cost(track, sighting);
        if (c !== undefined) options.push({ track, sighting, cost: c });
      }
    }
    for (const { track, sighting } of options.sort((a, b) => a.cost - b.cost)) {
      if (takenTracks.has(track) || takenSightings.has(sighting)) continue;
      takenTracks.add(track);
      takenSightings.add(sighting);
      matches.push({ track, sighting, another });
    }
  };
  pass((track, s) => {
    const distance = apart(track, s, tolerance);
    const agreement = distance === undefined ? 'no' : agrees(track, s, same);
    return distance === undefined || agreement === 'no' ? undefined : distance + (agreement === 'once' ? tolerance / 4 : 0);
  }, false);
  pass((track, s) => {
    const visible = covers(answer, startOf(track).at, endOf(track).at, 0);
    return visible && agrees(track, s, same) === 'now' ? apart(track, s, DISPLACED * tolerance) : undefined;
  }, false);
  // the weaker of two rivals shown alone is the stronger one read otherwise: only side by side are they two
  matches = matches.map((match) => {
    if (match.track.phase !== 'held') return match;
    const stronger = tracks.find((t) => !takenTracks.has(t) && outweighs(t, match.track, tolerance));
    if (!stronger) return match;
    takenTracks.delete(match.track);
    takenTracks.add(stronger);
    return { track: stronger, sighting: match.sighting, another: true };
  });
  pass((track, s) => {
    const overlaps = s.start < endOf(track).at && s.end > startOf(track).at;
    if (s.openStart && !overlaps) return undefined;
    const distance = apart(track, s, s.openStart ? tolerance : RIVAL * tolerance);
    if (distance === undefined || (!s.openStart && distance > RIVAL * tolerance)) return undefined;
    const common = likeness(readingOf(track).text, s.text);
    // sooner another reading of what has been told than of what is doubtful itself
    const doubt = track.phase === 'held' ? tolerance / 2 : 0;
    return common >= RIVAL_LIKENESS ? distance + (1 - common) * tolerance + doubt : undefined;
  }, true);
  return matches;
}

/**
 * Does `other` tell of the same moment in much the same words as the held `track`, and does more speak for it? Then they may be
 * one happening told twice, in two colours or with two verbs. What has been told is stronger than what has not.
 */
export function outweighs(other: Track, track: Track, tolerance: number): boolean {
  if (other === track || other.phase === 'retracted') return false;
  if (Math.abs(startOf(other).at - startOf(track).at) > RIVAL * tolerance) return false;
  if (!alike(other, track) || shownInTurn(other, track)) return false;
  return other.phase !== 'held' || strength(other) > strength(track);
}

/** Do two tracks say much the same: who, or what is done? */
export function alike(a: Track, b: Track): boolean {
  return likeness(readingOf(a).text, readingOf(b).text) >= RIVAL_LIKENESS;
}

/** Has one window shown the two one after the other? Then they are two. */
function shownInTurn(a: Track, b: Track): boolean {
  return a.seen.some((x) => b.seen.some((y) => x.windowId === y.windowId && Math.abs(x.start - y.start) >= IN_TURN && (x.end <= y.start || y.end <= x.start)));
}

/** now: the sighting says what the track says; once: what a sighting of the track said. */
function agrees(track: Track, s: Sighting, same: Same): 'now' | 'once' | 'no' {
  const key = normalise(s.text);
  const reading = readingOf(track);
  if (key === reading.key || normalise(reading.text) === key || same(reading.text, s.text)) return 'now';
  return hasSeen(track, key) ? 'once' : 'no';
}

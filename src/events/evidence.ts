import type { Answer } from '../values.ts';
import { endOf, readingOf, startOf, strength, weight } from './track.ts';
import type { Track } from './track.ts';

/** Windows that show an event's whole time but not it, before it is taken back … */
const MISSES_TO_RETRACT = 2;
/** … and what each of them weighs against the log odds of the sightings */
const MISS_WEIGHT = 1.5;
/** Whole sightings (start and end inside the window) after which times hardly move any more. */
const WHOLE_SIGHTINGS = 2;

/**
 * Enough to tell of it? A sure sighting is enough by itself, `confirmations` less sure ones together; each window that
 * should have shown it and did not takes one away. A clamped start is never sure: what began out of sight was told
 * before, or is a state that the model takes for an event. Sightings that read it otherwise take half of one away, but for
 * those at a window's last frame: a beginning may be that of many things. No
 * sighting is sure of itself where a stronger rival tells of the same moment: models tell one thing twice more often than
 * two people do the same at once.
 */
export function supported(track: Track, rivalled: boolean, opts: { minConfidence: number; confirmations: number }): boolean {
  const { key } = readingOf(track);
  let support = -track.misses;
  let sureness = 0;
  for (const s of track.seen) {
    if (s.key === key) sureness += weight(s.confidence);
    if (s.key !== key) support -= s.openEnd ? 0 : 0.5;
    else support += !rivalled && s.confidence >= opts.minConfidence && !s.openStart ? opts.confirmations : 1;
  }
  // what a model mumbles twice is still mumbled: together they must be as sure as one sure sighting
  return support >= opts.confirmations && sureness >= weight(opts.minConfidence);
}

/**
 * The windows that deny it outweigh those that show it: a sure sighting stands against two, a doubtful one against fewer, and
 * however sure the sightings are, more windows that should have shown it and did not are more.
 */
export function contradicted(track: Track): boolean {
  return track.misses >= MISSES_TO_RETRACT && (track.misses * MISS_WEIGHT > strength(track) || track.misses > track.seen.length);
}

/** Over, and no later window can change it: it slid out of the windows, or was seen whole and is now no longer shown. */
export function settled(track: Track, shown: boolean, answer: Answer, margin: number): boolean {
  const start = startOf(track);
  const end = endOf(track);
  if (end.at > answer.to - margin) return false;
  if (!shown && answer.from > start.at - margin) return true;
  const whole = track.seen.filter((s) => !s.openStart && !s.openEnd).length;
  return track.misses === 0 && whole > WHOLE_SIGHTINGS;
}

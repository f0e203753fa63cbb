import { alike } from './assign.ts';
import { readingOf, startOf } from './track.ts';
import type { Track } from './track.ts';

/** Events of the same words that begin this near to each other (× tolerance) are one: nobody does the same twice without undoing it … */
const TWIN = 2;
/** … and those even nearer, whatever was told between them. */
const CLOSE_TWIN = 1.25;

/** The told event that a track tells of as well: in the same words, near in time, and not undone in between. */
export function twinOf(track: Track, tracks: readonly Track[], tolerance: number): Track | undefined {
  const { key } = readingOf(track);
  const start = startOf(track).at;
  const twin = tracks.find((t) => t !== track && isTold(t) && readingOf(t).key === key && Math.abs(startOf(t).at - start) <= TWIN * tolerance);
  if (!twin) return undefined;
  // what is alike and was told between the two has undone the first: a light goes on, off, and on
  const undone = tracks.some((t) => isTold(t) && isBetween(t, twin, track) && alike(t, track));
  return undone && Math.abs(startOf(twin).at - start) > CLOSE_TWIN * tolerance ? undefined : twin;
}

function isTold(track: Track): boolean {
  return track.event !== undefined && track.phase !== 'retracted';
}

function isBetween(track: Track, a: Track, b: Track): boolean {
  const [from, at, to] = [startOf(a).at, startOf(track).at, startOf(b).at];
  return track !== a && track !== b && at > Math.min(from, to) && at < Math.max(from, to);
}

import type { Answer, Sighting } from '../values.ts';
import type { Same } from './assign.ts';
import { normalise } from './text.ts';

/** Hard ceiling: a model that babbles must not fill the memory. */
const MOST_SIGHTINGS = 32;
/** Nobody does the same thing twice within the tolerance: a window that says so stutters. */
const STUTTER = 1.25;

/** An answer's sightings in good order: none without words or times, none backwards, no stutter (the surer one stays). */
export function sightingsOf(answer: Answer, tolerance: number, same: Same): Sighting[] {
  const kept: Sighting[] = [];
  const sound = answer.sightings.filter((s) => normalise(s.text) !== '' && Number.isFinite(s.start) && Number.isFinite(s.end));
  for (const s of sound.slice(0, MOST_SIGHTINGS)) {
    const twice = kept.findIndex((k) => Math.abs(k.start - s.start) <= STUTTER * tolerance && says(k, s, same));
    const twin = kept[twice];
    if (!twin) kept.push(s.end < s.start ? { ...s, end: s.start } : s);
    else if (s.confidence > twin.confidence) kept[twice] = s;
  }
  return kept;
}

function says(a: Sighting, b: Sighting, same: Same): boolean {
  return normalise(a.text) === normalise(b.text) || same(a.text, b.text);
}

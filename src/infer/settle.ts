import type { Answer, Event, Sighting } from '../values.ts';

/** What one closer look showed of an event. */
export interface Shown {
  readonly answer: Answer;
  readonly sighting: Sighting | undefined;
}

/** A look denies what it shows with so much around it, ms. */
const MARGIN = 600;
/** What a second look cannot make surer than this, ms: frames are apart. */
const LEAST_UNCERTAINTY = 50;

/**
 * An event as it is known with the looks at it: its times the means of what it was told as and of what each look says; `retracted`
 * where two looks show its whole time with a margin and no look shows it. Undefined where the looks say nothing.
 */
export function settle(event: Event, shown: readonly Shown[]): Event | undefined {
  const seen = shown.flatMap(({ sighting }) => sighting ?? []);
  if (seen.length === 0) {
    const denying = shown.filter(({ answer }) => answer.from <= event.start - MARGIN && answer.to >= event.end + MARGIN);
    return denying.length >= 2 ? { ...event, phase: 'retracted' } : undefined;
  }
  const start = mean(event.start, event.startUncertainty, seen.filter((s) => !s.openStart).map((s) => s.start));
  const end = mean(event.end, event.endUncertainty, seen.filter((s) => !s.openEnd).map((s) => s.end));
  return { ...event, start: start.at, startUncertainty: start.uncertainty, end: Math.max(start.at, end.at), endUncertainty: end.uncertainty };
}

/** Of estimates that err alike and independently; they lie no nearer to the truth than to each other. */
function mean(told: number, uncertainty: number, looks: readonly number[]): { at: number; uncertainty: number } {
  const all = [told, ...looks];
  const at = all.reduce((sum, v) => sum + v, 0) / all.length;
  const spread = Math.max(...all) - Math.min(...all);
  return { at, uncertainty: Math.max(LEAST_UNCERTAINTY, uncertainty / Math.sqrt(all.length), 0.75 * spread) };
}

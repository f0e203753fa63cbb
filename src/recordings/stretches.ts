import type { Stretch } from './recordings.ts';

/** Files of a recording without a break follow on each other within this, ms: their ends were read from the clock at different times. */
const JOINT = 500;

/** Stretches in the order of their beginnings, those that touch made one. */
export function merged(stretches: Iterable<Stretch>): Stretch[] {
  const out: { camera: string; from: number; to: number }[] = [];
  for (const { camera, from, to } of stretches) {
    const last = out.at(-1);
    if (last && last.camera === camera && from - last.to <= JOINT) last.to = Math.max(last.to, to);
    else out.push({ camera, from, to });
  }
  return out;
}

/** What lies within bounds. */
export function clipped(stretches: readonly Stretch[], from: number, to: number): Stretch[] {
  return stretches.flatMap((one) => (one.to > from && one.from < to ? [{ camera: one.camera, from: Math.max(from, one.from), to: Math.min(to, one.to) }] : []));
}

/** What is missing of a stretch. */
export function gapsIn(shown: readonly Stretch[], { camera, from, to }: Stretch): Stretch[] {
  const gaps: Stretch[] = [];
  let reached = from;
  for (const one of merged(shown)) {
    if (one.from - reached > JOINT) gaps.push({ camera, from: reached, to: Math.min(to, one.from) });
    reached = Math.max(reached, one.to);
  }
  if (to - reached > JOINT) gaps.push({ camera, from: reached, to });
  return gaps;
}

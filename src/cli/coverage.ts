import type { Unwatched } from '../store/unwatched.ts';
import { localTime } from './print.ts';

/** Gaps that people are told one by one. */
const SHOWN = 20;

/** "lobby was not watched 2026-11-22 14:02:00 – 14:07:10 (offline: no route)", as people read it. */
export function unwatchedLines(gaps: readonly Unwatched[]): string[] {
  const lines = gaps.slice(-SHOWN).map((gap) => `${gap.camera} was not watched ${span(gap)} (${gap.reason}${gap.detail === '' ? '' : `: ${gap.detail.replace(/\.$/, '')}`}).`);
  return gaps.length > SHOWN ? [`${gaps.length - SHOWN} earlier times that were not watched; --json tells them all.`, ...lines] : lines;
}

function span({ start, end }: Unwatched): string {
  if (end === null) return `since ${localTime(start)}`;
  const [from, to] = [localTime(start), localTime(end)];
  return `${from} – ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
}

/** For programs: entries of the array that have the key `not_watched`. */
export function unwatchedJson({ camera, start, end, reason, detail }: Unwatched): Record<string, unknown> {
  const iso = (at: number): string => new Date(at).toISOString();
  return { not_watched: reason, camera, start: iso(start), start_ms: start, end: end === null ? null : iso(end), end_ms: end, detail };
}

/** The same as cells for a table: start, end, camera, reason. */
export function unwatchedCells({ camera, start, end, reason, detail }: Unwatched): { start: string; end: string; camera: string; text: string } {
  const iso = (at: number): string => new Date(at).toISOString();
  return { start: iso(start), end: end === null ? '' : iso(end), camera, text: `${reason}${detail === '' ? '' : `: ${detail}`}` };
}

import { normalised } from '../infer/equivalent.ts';
import { temporalIou } from './score.ts';
import type { Happening } from './score.ts';
import type { ShownAlert, ShownLane } from './shown.ts';

/** What stands together in a picture: a labelled happening and what was said of it, or one of them. */
export interface Unit {
  readonly truth: Happening | undefined;
  readonly said: Happening | undefined;
  /** seconds */
  readonly from: number;
  readonly to: number;
}

/** Of a track that is as narrow as it may be, px; and of a letter. */
const TRACK = 1000;
const LETTER = 6.6;
/** Between two things in a row, around words, and by which they may go beyond the track, px. */
const APART = 14;
const MARGIN = 18;
const OVER = 20;

export function unitsOf({ truth, said, pairs }: ShownLane): Unit[] {
  const [found, right] = [new Set(pairs.map((pair) => pair.truth)), new Set(pairs.map((pair) => pair.said))];
  const unit = (t: Happening | undefined, s: Happening | undefined): Unit => {
    const both = [t, s].flatMap((one) => one ?? []);
    return { truth: t, said: s, from: Math.min(...both.map(({ start }) => start)), to: Math.max(...both.map(({ end }) => end)) };
  };
  const units = [...pairs.map((pair) => unit(pair.truth, pair.said)), ...truth.filter((t) => !found.has(t)).map((t) => unit(t, undefined)), ...said.filter((s) => !right.has(s)).map((s) => unit(undefined, s))];
  return units.toSorted((a, b) => a.from - b.from);
}

/** Where something stands in a row. */
export interface Placed<T> {
  readonly one: T;
  /** near the end of the track: words that have no room in it stand to its left */
  readonly flip: boolean;
}

/** Have so many letters room in a bar of so many seconds, where a second is so wide (px)? Otherwise they stand beside it. */
export function fit(letters: number, seconds: number, second: number): boolean {
  return seconds * second >= letters * LETTER + MARGIN;
}

/** Puts what has a place in time (s) and words (letters) into as few rows as it takes that nothing covers another's words. */
export function intoRows<T>(all: readonly T[], duration: number, width: number, place: (one: T) => { from: number; to: number; words: number }): Placed<T>[][] {
  const second = width / duration;
  const rows: { taken: { left: number; right: number }[]; items: Placed<T>[] }[] = [];
  for (const one of all) {
    const { from, to, words } = place(one);
    const text = fit(words, to - from, second) ? 0 : words * LETTER + MARGIN;
    const flip = to * second + text > width + OVER && from * second - text > 0;
    const [left, right] = flip ? [from * second - text, to * second + APART] : [from * second, to * second + text + APART];
    const row = rows.find(({ taken }) => taken.every((other) => other.right <= left || right <= other.left));
    if (row) {
      row.taken.push({ left, right });
      row.items.push({ one, flip });
    } else rows.push({ taken: [{ left, right }], items: [{ one, flip }] });
  }
  return rows.map(({ items }) => items);
}

/** How wide a track has to be for its seconds to be told apart, px. */
export function trackWidth(duration: number): number {
  return Math.round(Math.min(24_000, Math.max(TRACK, duration * 7)));
}

/** Round times for an axis, s. */
export function ticks(duration: number, width: number): number[] {
  const wanted = (duration * 80) / width;
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((one) => one >= wanted) ?? 7200;
  return Array.from({ length: Math.floor(duration / step + 1e-9) + 1 }, (_, i) => Math.round(i * step * 1000) / 1000);
}

/** 3.2 s, 1:05, 1:02:03 */
export function clock(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(2))} s`;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** +0.12 s, −1.40 s */
export function signed(seconds: number): string {
  return `${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(2)} s`;
}

/** What is written beside the words of what was said: the same words need not be read twice. */
export function saidWords({ truth, said }: Unit): string {
  if (!said) return '';
  if (!truth) return said.text;
  const error = signed(said.start - truth.start);
  return normalised(truth.text) === normalised(said.text) ? error : `${said.text} · ${error}`;
}

/** Everything that there is to say of it, as lines. */
export function unitTip({ truth, said }: Unit): string {
  const times = (one: Happening): string => `${one.start.toFixed(2)} to ${one.end.toFixed(2)} s`;
  if (truth && said) {
    const errors = `onset ${signed(said.start - truth.start)}, end ${signed(said.end - truth.end)}, IoU ${temporalIou(said, truth).toFixed(2)}`;
    return `true: ${truth.text}, ${times(truth)}\nsaid: ${said.text}, ${times(said)}\n${errors}`;
  }
  if (truth) return `missed: ${truth.text}, ${times(truth)}`;
  return said ? `said, and not so: ${said.text}, ${times(said)}` : '';
}

const ALERT: Readonly<Record<ShownAlert['is'], string>> = { right: 'right', again: 'a second one for the same happening', spurious: 'spurious', missed: 'should have been given' };

export function alertTip({ rule, is, text, start, end, at, delay, takenBack }: ShownAlert): string {
  const after = delay === undefined ? '' : `, ${signed(delay)} after it began`;
  const given = at === undefined ? '' : `\ngiven at ${at.toFixed(2)} s${after}`;
  return `${rule}\n${ALERT[is]}${takenBack ? ', taken back afterwards' : ''}: ${text}, ${start.toFixed(2)} to ${end.toFixed(2)} s${given}`;
}

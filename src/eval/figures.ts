import { sum } from './score.ts';
import type { Tally } from './score.ts';

/** Absolute errors, seconds; null where nothing was matched. */
export interface ErrorFigures {
  readonly mean: number | null;
  readonly median: number | null;
  readonly p95: number | null;
  /** mean of the signed error: positive is late */
  readonly bias: number | null;
}

export interface Rates {
  /** share of what was there that was found; null where nothing was there */
  readonly recall: number | null;
  /** share of what was said that is true; null where nothing was said */
  readonly precision: number | null;
  readonly f1: number | null;
}

export interface EventFigures extends Rates {
  readonly labelled: number;
  readonly predicted: number;
  readonly matched: number;
  readonly onsetError: ErrorFigures;
  readonly endError: ErrorFigures;
  /** R@1: share of the labelled happenings whose one prediction reaches that temporal IoU */
  readonly recallAt: { readonly iou30: number | null; readonly iou50: number | null; readonly iou70: number | null };
  /** over all labelled happenings, 0 for those missed */
  readonly meanIou: number | null;
}

export function eventFigures(t: Tally): EventFigures {
  const reaching = (iou: number): number | null => share(t.ious.filter((v) => v >= iou).length, t.labelled);
  return {
    labelled: t.labelled,
    predicted: t.predicted,
    matched: t.matched,
    ...rates(t.matched, t.labelled, t.predicted),
    onsetError: errorFigures(t.onsetErrors),
    endError: errorFigures(t.endErrors),
    recallAt: { iou30: reaching(0.3), iou50: reaching(0.5), iou70: reaching(0.7) },
    meanIou: mean(t.ious),
  };
}

export function rates(right: number, expected: number, said: number): Rates {
  // 2·right / (expected + said) is the harmonic mean of recall and precision, and is defined where one of them is not
  return { recall: share(right, expected), precision: share(right, said), f1: share(2 * right, expected + said) };
}

export function errorFigures(signed: readonly number[]): ErrorFigures {
  const absolute = signed.map(Math.abs);
  return { mean: mean(absolute), median: quantile(absolute, 0.5), p95: quantile(absolute, 0.95), bias: mean(signed) };
}

/** The smallest value that at least this share of the values does not exceed. */
export function quantile(values: readonly number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

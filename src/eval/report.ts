import type { ClipScore } from './clipScore.ts';
import { eventFigures } from './figures.ts';
import type { EventFigures } from './figures.ts';
import { addKinds } from './kinds.ts';
import type { PhraseFigures } from './phraseScore.ts';
import { ruleFigures } from './ruleScore.ts';
import type { RuleFigures } from './ruleScore.ts';
import { addTallies, sum } from './score.ts';
import type { Happening } from './score.ts';
import type { ShownClip } from './shown.ts';

export interface EvalReport {
  readonly model: string;
  readonly scored: 'events' | 'windows';
  readonly videos: number;
  readonly windows: number;
  readonly visualTokens: number;
  /** how long the evaluation took */
  readonly seconds: number;
  readonly events: EventFigures;
  /** null where there were no rules */
  readonly rules: (RuleFigures & { readonly truth: 'labels' | 'model' }) | null;
  /** telling from words alone whether an event satisfies a rule of unseen wording; only with rendered scenes */
  readonly matching: { readonly en: PhraseFigures; readonly zh: PhraseFigures } | null;
  readonly kinds: Readonly<Record<string, { readonly labelled: number; readonly matched: number }>>;
  /** video by video, of those with mistakes */
  readonly mistakes: readonly { readonly video: string; readonly missed: readonly Happening[]; readonly spurious: readonly Happening[] }[];
  /** what a picture of it is drawn from (picture.ts); not a part of the JSON */
  readonly clips: readonly ShownClip[];
}

export function makeReport(
  scores: readonly ClipScore[],
  facts: { model: string; perWindow: boolean; rulesTruth: 'labels' | 'model'; seconds: number },
): EvalReport {
  const rules = scores.flatMap((s) => (s.rules ? [s.rules] : []));
  const wrong = scores.filter((s) => s.mistakes.missed.length + s.mistakes.spurious.length > 0);
  return {
    model: facts.model,
    scored: facts.perWindow ? 'windows' : 'events',
    videos: scores.length,
    windows: sum(scores.map((s) => s.windows)),
    visualTokens: sum(scores.map((s) => s.visualTokens)),
    seconds: facts.seconds,
    events: eventFigures(addTallies(scores.map((s) => s.events))),
    rules: rules.length > 0 ? { ...ruleFigures(rules), truth: facts.rulesTruth } : null,
    matching: null,
    kinds: Object.fromEntries([...addKinds(scores.map((s) => s.kinds))].sort(([a], [b]) => a.localeCompare(b))),
    mistakes: wrong.map((s) => ({ video: s.name, ...s.mistakes })),
    clips: scores.flatMap((s) => s.shown ?? []),
  };
}

/** The report as JSON: keys in snake_case, numbers to four places. */
export function reportJson(report: EvalReport): string {
  const { clips: _clips, ...figures } = report;
  return JSON.stringify(snakeCase(figures), (_key, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(4)) : value));
}

function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), snakeCase(v)]));
}

/** The report for people, as lines of text. */
export function reportLines(report: EvalReport): string[] {
  const { events: e, rules: r, matching: m } = report;
  const kinds = Object.entries(report.kinds).filter(([, k]) => k.matched < k.labelled);
  return [
    `${report.model}: ${plural(report.videos, 'video')}, ${plural(report.windows, 'window')}, ${report.seconds.toFixed(0)} s`,
    `${report.scored === 'events' ? 'Events ' : 'Windows'}  recall ${rate(e.recall)}  precision ${rate(e.precision)}  F1 ${rate(e.f1)}  (${e.labelled} labelled, ${e.predicted} said, ${e.matched} right)`,
    `Onset    median ${time(e.onsetError.median)}  p95 ${time(e.onsetError.p95)}  mean ${time(e.onsetError.mean)}  bias ${time(e.onsetError.bias)}`,
    `End      median ${time(e.endError.median)}  p95 ${time(e.endError.p95)}  mean ${time(e.endError.mean)}  bias ${time(e.endError.bias)}`,
    `tIoU     R@1 ≥0.3 ${rate(e.recallAt.iou30)}  ≥0.5 ${rate(e.recallAt.iou50)}  ≥0.7 ${rate(e.recallAt.iou70)}  mean ${rate(e.meanIou)}`,
    ...(r
      ? [`Rules    recall ${rate(r.recall)}  precision ${rate(r.precision)}  F1 ${rate(r.f1)}  (${r.expected} alerts expected, ${r.given} given${r.truth === 'model' ? '; expected by the model’s own reading of the labels' : ''})`,
         `Alerts   ${r.duplicate} twice, ${r.spurious} spurious; ${r.takenBack} taken back, then F1 ${rate(r.standing.f1)}; onset to alert median ${time(r.delay.median)}  p95 ${time(r.delay.p95)}`]
      : []),
    ...(m ? [`Wording  precision ${rate(m.en.precision)}  recall ${rate(m.en.recall)}  F1 ${rate(m.en.f1)}  Chinese F1 ${rate(m.zh.f1)}  (${m.en.pairs} + ${m.zh.pairs} questions)`] : []),
    ...(kinds.length > 0 ? [`Missed   ${kinds.map(([kind, k]) => `${kind} ${k.labelled - k.matched}/${k.labelled}`).join(', ')}`] : []),
  ];
}

function rate(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function time(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} s`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

import { setImmediate as turn } from 'node:timers/promises';
import { LookoutError } from '../errors.ts';
import { clausesOf } from '../rules/rule.ts';
import type { Rule } from '../rules/rule.ts';
import type { BacktestLog } from './log.ts';
import { pages } from './pages.ts';

export interface ScoreOptions {
  /** wall clock, ms */
  readonly since: number;
  readonly until: number;
  readonly cameras: readonly string[];
  score(questions: readonly { readonly text: string; readonly ask: string }[]): Promise<number[]>;
  readonly signal?: AbortSignal;
  /** wordings that may be scored, each under each sentence */
  readonly most?: number;
  /** all events up to then (ms) are read */
  onPage?(to: number): void;
}

export interface ScoredWordings {
  readonly scores: readonly number[];
  scoreOf(text: string, ask: string): number;
  /** different ones */
  readonly texts: number;
  /** those that the rule is for */
  readonly cameras: readonly string[];
}

/** A score for each wording under each of the rule's sentences, and the cameras that the rule is for. @throws LookoutError USAGE for too many */
export async function scoreWordings(log: BacktestLog, rule: Rule, opts: ScoreOptions): Promise<ScoredWordings> {
  const cameras = new Set(rule.cameras.length > 0 ? rule.cameras : opts.cameras);
  const texts = new Set<string>();
  for (const { to, events } of pages(log, opts)) {
    opts.onPage?.(to);
    // others want the log and the event loop as well
    await turn();
    opts.signal?.throwIfAborted();
    for (const { camera, text } of events) {
      if (rule.cameras.length === 0) cameras.add(camera);
      if (cameras.has(camera)) texts.add(text);
    }
    refuseMore(texts.size * clausesOf(rule).length, opts.most);
  }
  const questions = [...texts].flatMap((text) => clausesOf(rule).map(({ ask }) => ({ text, ask })));
  const scores = await opts.score(questions);
  const known = new Map(questions.map(({ text, ask }, i) => [keyOf(text, ask), scores[i] ?? 0]));
  return { scores, scoreOf: (text, ask) => known.get(keyOf(text, ask)) ?? 0, texts: texts.size, cameras: [...cameras] };
}

function refuseMore(questions: number, most = Infinity): void {
  if (questions > most) throw new LookoutError('USAGE', `there are more than ${most} different wordings in that time, and no more are scored: ask for a shorter time, or for fewer cameras.`);
}

function keyOf(text: string, ask: string): string {
  return `${ask}\n${text}`;
}

/** Thresholds that no score lies between are as one: by the first of each, which is run, all of its kind. */
export function classesOf(thresholds: readonly number[], scores: readonly number[]): Map<number, number[]> {
  const firsts = new Map<number, number>();
  const classes = new Map<number, number[]>();
  for (const threshold of new Set(thresholds)) {
    const above = scores.filter((score) => score >= threshold).length;
    const first = firsts.get(above) ?? threshold;
    firsts.set(above, first);
    classes.set(first, [...(classes.get(first) ?? []), threshold]);
  }
  return classes;
}

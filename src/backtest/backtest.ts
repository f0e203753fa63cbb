import type { Decision, Outcome } from '../record.ts';
import { clausesOf } from '../rules/rule.ts';
import type { Rule } from '../rules/rule.ts';
import { AlmostAbsent } from './almost.ts';
import type { BacktestLog } from './log.ts';
import { NearMisses } from './nearMisses.ts';
import type { NearMiss } from './nearMisses.ts';
import { replay } from './replay.ts';
import { classesOf, scoreWordings } from './scores.ts';
import { nearest, Tally } from './tally.ts';
import type { BacktestAlert } from './tally.ts';
import { watchedTime } from './watched.ts';

export interface BacktestOptions {
  readonly rule: Rule;
  /** wall clock, ms */
  readonly since: number;
  readonly until: number;
  /** all that are configured; what the log has of others counts as well, where the rule is for all */
  readonly cameras: readonly string[];
  /** scores of events' texts under the rule's sentences, in their order */
  score(questions: readonly { readonly text: string; readonly ask: string }[]): Promise<number[]>;
  /** besides the rule's own */
  readonly thresholds?: readonly number[];
  /** how far below the threshold a near miss may lie */
  readonly margin?: number;
  readonly signal?: AbortSignal;
  /** different wordings that may be scored, each under each sentence; USAGE beyond it */
  readonly most?: number;
  /** how far it is: through the time that is asked about, ms, first reading and then replaying */
  onProgress?(stage: 'reading' | 'replaying', done: number, total: number): void;
}

/** What the rule would have done. Times are wall clock, ms. */
export interface BacktestReport {
  readonly rule: Rule;
  readonly since: number;
  readonly until: number;
  /** held against the rule, and how many different wordings they had */
  readonly events: number;
  readonly texts: number;
  readonly watched: readonly { readonly camera: string; readonly ms: number }[];
  readonly alerts: number;
  /** of them, those that later proved to be none */
  readonly takenBack: number;
  /** per 24 hours of the time asked about, from the log's first event or look on; null where that is less than half a day */
  readonly perDay: number | null;
  readonly days: readonly { readonly day: string; readonly alerts: number }[];
  readonly byCamera: readonly { readonly camera: string; readonly alerts: number }[];
  /** the newest thousand, oldest first */
  readonly list: readonly BacktestAlert[];
  /** scored below the threshold by no more than the margin, by their wordings */
  readonly nearMisses: readonly NearMiss[];
  readonly nearMissEvents: number;
  /** parts of the rule that came true, and nearly all of it did; how often a part did at all */
  readonly inVain: readonly Decision[];
  readonly inVainCount: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly thresholds: readonly { readonly threshold: number; readonly alerts: number; readonly perDay: number | null }[];
  /** what the past cannot tell */
  readonly caveats: readonly string[];
}

const THRESHOLDS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const MARGIN = 0.2;
const MOST_TOLD = 20;
const DAY_MS = 86_400_000;
/** Of less, a number a day would be a guess. */
const LEAST_DAYS = 0.5;

/**
 * Runs the rule over the stored events as if it had been in force, its parts in time included, and beside it variants with other
 * thresholds. Whether it is switched off, snoozed or over does not matter. Events are read a page at a time, twice; what is held
 * besides are their different wordings with a score each. @throws the signal's reason, MODEL_…, STORE_…
 */
export async function backtest(log: BacktestLog, opts: BacktestOptions): Promise<BacktestReport> {
  const { since, until, signal, thresholds = THRESHOLDS, margin = MARGIN } = opts;
  const rule = inForce(opts.rule);
  const through = (stage: 'reading' | 'replaying') => (to: number) => opts.onProgress?.(stage, to - since, until - since);
  const { scores, scoreOf, texts, cameras } = await scoreWordings(log, rule, { ...opts, onPage: through('reading') });
  const watched = cameras.map((camera) => watchedTime(log, camera, since, until));
  const classes = classesOf([rule.threshold, ...thresholds], scores);
  const variants = [...classes.keys()].map((threshold): Rule => ({ ...rule, id: threshold === rule.threshold ? rule.id : `${rule.id}#${threshold}`, threshold }));
  const tallies = new Map(variants.map(({ id }) => [id, new Tally()]));
  const own = tallies.get(rule.id) ?? new Tally();
  const misses = new NearMisses(rule.threshold, margin);
  const almost = new AlmostAbsent(rule, watched);
  const least = Math.min(...variants.map((variant) => variant.threshold));
  let events = 0;
  await replay(log, {
    rules: variants, since, until, watched, score: scoreOf, signal, onPage: through('replaying'),
    matters: (event) => clausesOf(rule).some(({ ask }) => scoreOf(event.text, ask) >= least),
    onEvent(event) {
      events++;
      almost.note(event, scoreOf(event.text, rule.alert));
      for (const { clause, ask } of clausesOf(rule)) misses.note(event, clause, scoreOf(event.text, ask));
    },
    onVerdict: (verdict) => tallies.get(verdict.ruleId)?.verdict(verdict),
    onDecision: (decision) => tallies.get(decision.ruleId)?.decision(decision),
  });
  const days = daysWatched(watched, until);
  const perDay = (alerts: number): number | null => (days === null ? null : alerts / days);
  return {
    rule: opts.rule, since, until, events, texts, watched: watched.map(({ camera, ms }) => ({ camera, ms })),
    alerts: own.alerts, takenBack: own.takenBack, perDay: perDay(own.alerts),
    days: [...own.days].map(([day, alerts]) => ({ day, alerts })), byCamera: [...own.cameras].map(([camera, alerts]) => ({ camera, alerts })), list: own.list,
    nearMisses: misses.nearest(MOST_TOLD), nearMissEvents: misses.events,
    ...(rule.absent === undefined ? { inVain: own.inVain(MOST_TOLD), inVainCount: own.vain } : { inVain: nearest(almost.found, MOST_TOLD), inVainCount: almost.found.length }), outcomes: Object.fromEntries(own.outcomes),
    thresholds: variants
      .flatMap(({ id, threshold }) => (classes.get(threshold) ?? []).map((each) => ({ threshold: each, alerts: tallies.get(id)?.alerts ?? 0 })))
      .map((one) => ({ ...one, perDay: perDay(one.alerts) }))
      .sort((a, b) => a.threshold - b.threshold),
    caveats: caveatsOf(opts.rule),
  };
}

/** What it says counts, not whether it is in force now. */
function inForce({ until: _until, snoozedUntil: _snoozed, verify: _verify, ...rule }: Rule): Rule {
  return { ...rule, enabled: true };
}

function caveatsOf(rule: Rule): string[] {
  return [
    'Events are those of the log, in their last wording; those that were taken back are left out.',
    ...(rule.verify ? ['A second look cannot be had of the past: alerts that it would have denied are among these.'] : []),
  ];
}

function daysWatched(watched: readonly { readonly stretches: readonly { readonly from: number }[] }[], until: number): number | null {
  const first = Math.min(...watched.map(({ stretches }) => stretches[0]?.from ?? Number.POSITIVE_INFINITY));
  const days = (until - first) / DAY_MS;
  return days >= LEAST_DAYS ? days : null;
}

import type { z } from 'zod';
import { backtest } from '../../backtest/backtest.ts';
import type { BacktestReport } from '../../backtest/backtest.ts';
import type { BacktestLog } from '../../backtest/log.ts';
import type { RuleEntry } from '../../config/edit.ts';
import type { ConfigFiles } from '../../config/files.ts';
import { overlaid, ruleOf } from '../../config/ruleEntry.ts';
import { LookoutError } from '../../errors.ts';
import type { Rule } from '../../rules/rule.ts';
import { meantIn } from '../../store/asked.ts';
import { parseWhen } from '../../store/when.ts';
import { wantsEvents } from '../asked.ts';
import { progressThen } from '../latest.ts';
import { backtestOut } from '../reportShape.ts';
import { route, Told } from '../route.ts';
import type { Route } from '../route.ts';
import { backtestAnswer, backtestBody } from '../schemas/backtest.ts';
import type { BacktestTold } from '../schemas/backtest.ts';

export interface ScoreOptions {
  readonly signal: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/** Does what happened, in the event's words, satisfy the sentence? */
export interface ScoreQuestion {
  readonly text: string;
  readonly ask: string;
}

export interface BacktestNeeds {
  readonly log: BacktestLog;
  readonly files: ConfigFiles;
  /** the daemon's own model scores texts, 0..1 in their order, beside its windows */
  score(questions: readonly ScoreQuestion[], opts: ScoreOptions): Promise<number[]>;
  /** wall clock, ms */
  now(): number;
}

/** Different wordings that one try may ask the model about. */
const MOST_QUESTIONS = 20_000;

type Body = z.output<typeof backtestBody>;

/** Rules tried on what happened. */
export function backtestRoutes(needs: BacktestNeeds): Route[] {
  return [
    route({
      method: 'POST', path: '/v1/rules/test', scope: 'viewer', tag: 'rules', heavy: true,
      summary: 'Say what a rule would have alerted on',
      description: 'Runs a rule over the stored events before it is switched on. With `Accept: text/event-stream` it tells `progress` and then `report`, which is the JSON answer.',
      body: backtestBody, response: { json: backtestAnswer, told: true },
      async handle({ body, head, signal }) {
        const order = orderOf(body, needs);
        if (!wantsEvents(head.accept)) return backtestOut(await run(needs, order, body, signal), body.limit);
        return new Told(
          progressThen<BacktestTold['progress']>(async (tell) => ({ event: 'report', data: backtestOut(await run(needs, order, body, signal, tell), body.limit) })),
        );
      },
    }),
  ];
}

interface Order {
  readonly rule: Rule;
  readonly since: number;
  readonly until: number;
}

/** @throws LookoutError USAGE, RULE_NOT_FOUND, CONFIG_INVALID, TIME_UNPARSABLE */
function orderOf(body: Body, needs: BacktestNeeds): Order {
  const now = new Date(needs.now());
  const since = parseWhen(meantIn(body.since, body.timezone), now, 'since');
  const until = Math.min(now.getTime(), body.until === undefined ? now.getTime() : parseWhen(meantIn(body.until, body.timezone), now, 'until'));
  if (since >= until) throw new LookoutError('USAGE', `since (${new Date(since).toISOString()}) is not before until (${new Date(until).toISOString()}).`);
  return { rule: ruleFor(body, needs.files), since, until };
}

function ruleFor({ rule: id, entry, overrides = {} }: Body, files: ConfigFiles): Rule {
  if ((id === undefined) === (entry === undefined)) throw new LookoutError('USAGE', 'give either the id of a rule or an entry.');
  if (entry !== undefined) return ruleOf(overlaid({ id: 'tried', ...entry } as RuleEntry, overrides));
  const { rules, problem } = files.read();
  const found = rules.find(({ rule }) => rule.id === id);
  if (!found) throw new LookoutError('RULE_NOT_FOUND', `there is no rule ${id}.`);
  if (found.entry) return ruleOf(overlaid(found.entry, overrides));
  if (Object.keys(overrides).length > 0 && problem) throw problem;
  return found.rule;
}

function run(needs: BacktestNeeds, { rule, since, until }: Order, { thresholds, margin }: Body, signal: AbortSignal, tell?: (progress: BacktestTold['progress']) => void): Promise<BacktestReport> {
  return backtest(needs.log, {
    rule, since, until, signal, margin, cameras: needs.files.read().config.cameras.map(({ id }) => id),
    ...(thresholds ? { thresholds } : {}),
    onProgress: (stage, done, total) => tell?.({ stage, done, total }),
    most: MOST_QUESTIONS,
    score: (questions) => needs.score(questions, { signal, onProgress: (done, total) => tell?.({ stage: 'scoring', done, total }) }),
  });
}

import type { Command } from 'commander';
import type { BacktestReport } from '../backtest/backtest.ts';
import { readSource, shown } from '../config/document.ts';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { entryIn, overlaid, ruleOf } from '../config/ruleEntry.ts';
import { loadRules, rulesOf } from '../config/rules.ts';
import { LookoutError } from '../errors.ts';
import type { Rule } from '../rules/rule.ts';
import { configFile, configOption, jsonOption, parseCount, parseNumber, parseThresholds } from './options.ts';
import { printJson } from './print.ts';
import { addRuleFlags, entryOf } from './ruleFlags.ts';
import type { RuleFlags } from './ruleFlags.ts';
import { withTextScorer } from './textScorer.ts';
import { withLog } from './withLog.ts';

export interface TestFlags extends RuleFlags {
  readonly config?: string;
  readonly rule?: string;
  readonly since: string;
  readonly until?: string;
  readonly thresholds?: readonly number[];
  readonly margin: number;
  readonly limit: number;
  readonly json?: boolean;
}

const DEFAULT_SINCE = '7d';
const MARGIN = 0.2;
const ROWS = 20;

export function registerTest(rule: Command): void {
  addRuleFlags(rule.command('test'))
    .summary('say what a rule would have alerted on')
    .description('Runs a rule over the stored events before it is switched on: when it would have alerted, how often, what it would have missed by a little, and how other thresholds compare. The model scores each wording once. Works beside a running daemon.')
    .argument('[rule...]', 'a sentence, or the id of a rule; flags change what that says')
    .option('--rule <file>', 'instead: a rule from a YAML file')
    .option('--since <time>', 'events from then on: "last week", 2026-01-31, 30d', DEFAULT_SINCE)
    .option('--until <time>', '… up to then (default: now)')
    .option('--thresholds <list>', 'thresholds to compare: 0.4,0.6,0.8', parseThresholds)
    .option('--margin <score>', 'how far below the threshold a near miss may lie', parseNumber(0, 1), MARGIN)
    .option('--limit <n>', 'alerts shown', parseCount, ROWS)
    .addOption(jsonOption('as one JSON object, times in ms since the epoch'))
    .addOption(configOption())
    .action((words: string[], flags: TestFlags) => test(words.join(' '), flags));
}

async function test(words: string, flags: TestFlags): Promise<void> {
  const rule = ruleFor(words, flags);
  const { backtest } = await import('../backtest/backtest.ts');
  const { parseWhen } = await import('../store/when.ts');
  const now = new Date();
  const since = parseWhen(flags.since, now, 'since');
  const until = Math.min(now.getTime(), flags.until === undefined ? now.getTime() : parseWhen(flags.until, now, 'until'));
  if (since >= until) throw new LookoutError('USAGE', `--since (${new Date(since).toISOString()}) is not before ${flags.until === undefined ? 'now' : '--until'} (${new Date(until).toISOString()}).`);
  const report = await withLog(flags.config, (store, { config }) =>
    withTextScorer(config, ({ score, signal }): Promise<BacktestReport> =>
      backtest(store, {
        rule, since, until, cameras: config.cameras.map((camera) => camera.id), score, signal, margin: flags.margin,
        ...(flags.thresholds ? { thresholds: flags.thresholds } : {}),
      }),
    ),
  );
  if (flags.json) return printJson(report);
  const { showBacktest } = await import('./ruleTestText.ts');
  showBacktest(report, flags.limit);
}

/** The rule of the file, of that id, or that says so, with what the flags say over it. @throws LookoutError USAGE, CONFIG_… */
function ruleFor(words: string, flags: TestFlags): Rule {
  if ((flags.rule === undefined) === (words === '')) throw new LookoutError('USAGE', 'rule test takes a sentence, the id of a rule, or --rule FILE.');
  if (flags.rule !== undefined) {
    const [only, other] = rulesOf(readSource(flags.rule));
    if (!only || other) throw new LookoutError('USAGE', `${shown(flags.rule)} holds ${only ? 'several rules' : 'no rule'}; give one.`);
    return ruleOf(overlaid(entryIn(only), entryOf(flags)));
  }
  const { rules_dir: folder } = loadConfig(configFile(flags.config), withoutSecrets).config;
  const found = loadRules(folder, () => new LookoutError('RULE_NOT_FOUND', `${shown(folder)} cannot be read.`)).find((loaded) => loaded.rule.id === words);
  return ruleOf(overlaid(found ? entryIn(found) : { id: 'tried', alert: words }, entryOf(flags)));
}

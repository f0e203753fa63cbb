import type { Command } from 'commander';
import { shown } from '../config/document.ts';
import { addRule, removeRule } from '../config/edit.ts';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { LookoutError } from '../errors.ts';
import { describeRule, stateOf } from '../rules/describe.ts';
import type { Rule } from '../rules/rule.ts';
import { configFile, configOption, jsonOption, parseId } from './options.ts';
import { print, printJson, printTable, visible } from './print.ts';
import { addRuleFlags, entryOf } from './ruleFlags.ts';
import type { RuleFlags } from './ruleFlags.ts';
import { registerSwitches } from './ruleSwitch.ts';
import { registerTest } from './ruleTest.ts';

interface AddOptions extends RuleFlags {
  readonly config?: string;
  readonly id?: string;
  readonly until?: string;
}

interface ShowOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  const rule = program.command('rule').summary('add, try, list, switch and remove rules').description('Edits the folder of rules, which a running daemon takes up by itself, and tries rules on what has happened.');
  addRuleFlags(rule.command('add'))
    .summary('add a rule: a sentence that says what to alert on')
    .argument('<sentence...>', 'for example "alert when someone picks up phone" or 当有人拿起电话时提醒我')
    .option('--id <id>', 'name in alerts and of the file (default: made from the sentence)', parseId)
    .option('--until <date>', 'it holds until this date or time: 2026-12-31')
    .addOption(configOption())
    .action((words: string[], opts: AddOptions) => add(words.join(' '), opts));
  registerTest(rule);
  rule
    .command('list')
    .summary('list the rules')
    .addOption(jsonOption('as one JSON array'))
    .addOption(configOption())
    .action((opts: ShowOptions) => list(loadConfig(configFile(opts.config), withoutSecrets).rules, opts.json ?? false));
  rule
    .command('show')
    .summary('show a rule, in a sentence')
    .argument('<id>', 'as `rule list` shows it', parseId)
    .addOption(jsonOption('as one JSON object'))
    .addOption(configOption())
    .action(show);
  registerSwitches(rule);
  rule
    .command('remove')
    .summary('remove a rule')
    .argument('<id>', 'as `rule list` shows it', parseId)
    .addOption(configOption())
    .action((id: string, opts: { config?: string }) => {
      removeRule(configFile(opts.config), id);
      print(`Rule ${id} is removed. Its alerts stay in the log.`);
    });
}

function add(sentence: string, opts: AddOptions): void {
  const { file, id } = addRule(configFile(opts.config), { ...(opts.id === undefined ? {} : { id: opts.id }), alert: sentence, ...entryOf(opts), ...(opts.until === undefined ? {} : { until: opts.until }) });
  print(`Rule ${id} is in ${shown(file)}.`);
}

function list(rules: readonly Rule[], json: boolean): void {
  if (json) {
    printJson(rules);
  } else if (rules.length === 0) {
    print('No rules yet. Add one: npx lookout rule add "someone picks up phone"');
  } else {
    printTable(
      ['RULE', 'STATE', 'SEVERITY', 'THRESHOLD', 'WHAT IT DOES'],
      rules.map((rule) => [rule.id, stateOf(rule, Date.now()), rule.severity, String(rule.threshold), describeRule(rule)]),
    );
  }
}

function show(id: string, opts: ShowOptions): void {
  const rule = loadConfig(configFile(opts.config), withoutSecrets).rules.find((one) => one.id === id);
  if (!rule) throw new LookoutError('RULE_NOT_FOUND', `there is no rule ${id}.`);
  if (opts.json) printJson({ ...rule, says: describeRule(rule) });
  else print(visible(describeRule(rule)), `${rule.id}: ${stateOf(rule, Date.now())}, ${rule.severity}, threshold ${rule.threshold}.`);
}

import type { Command } from 'commander';
import { Option } from 'commander';
import { shown } from '../config/document.ts';
import { addRule, removeRule } from '../config/edit.ts';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Rule } from '../rules/rule.ts';
import { collect, configFile, configOption, jsonOption, parseId, parseNumber } from './options.ts';
import { print, printJson, printTable } from './print.ts';

interface AddOptions {
  readonly config?: string;
  readonly id?: string;
  readonly camera?: readonly string[];
  readonly cooldown?: number;
  readonly severity?: Rule['severity'];
  readonly threshold?: number;
}

export function register(program: Command): void {
  const rule = program.command('rule').summary('add, list and remove rules').description("Edits the folder of rules; a running daemon takes changes up by itself.");
  rule
    .command('add')
    .summary('add a rule: a sentence that says what to alert on')
    .argument('<sentence...>', 'for example "alert when someone picks up phone" or 当有人拿起电话时提醒我')
    .option('--id <id>', 'name in alerts and of the file (default: made from the sentence)', parseId)
    .option('--camera <id>', 'only for this camera; may be given more than once (default: all)', collect(parseId))
    .option('--cooldown <seconds>', 'no further alert of this rule from the same camera for so long', parseNumber(0, Infinity))
    .addOption(new Option('--severity <level>', 'how much it matters').choices(['info', 'warning', 'critical']))
    .option('--threshold <score>', 'least score of a match, 0 to 1', parseNumber(0, 1))
    .addOption(configOption())
    .action((words: string[], opts: AddOptions) => add(words.join(' '), opts));
  rule
    .command('list')
    .summary('list the rules')
    .addOption(jsonOption('as one JSON array'))
    .addOption(configOption())
    .action((opts: { config?: string; json?: boolean }) => list(loadConfig(configFile(opts.config), withoutSecrets).rules, opts.json ?? false));
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
  const file = configFile(opts.config);
  const { camera, cooldown, severity, threshold } = opts;
  const id = opts.id ?? idFor(sentence, new Set(loadConfig(file, withoutSecrets).rules.map((rule) => rule.id)));
  // What was not chosen is left out of the file, so that it follows the defaults.
  const target = addRule(file, withoutUndefined({ id, alert: sentence, cameras: camera && [...camera], cooldown, severity, threshold }));
  print(`Rule ${id} is in ${shown(target)}.`);
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

/** `someone-picks-up-phone`; a sentence without Latin letters gives `rule`. A number follows where the id is taken. */
function idFor(sentence: string, taken: ReadonlySet<string>): string {
  const words = sentence.toLowerCase().replace(/^(please\s+)?(alert|tell|notify|warn)(\s+me)?\s+(when|if)\s+/, '');
  const stem = words.replace(/[^a-z0-9]+/g, '-').slice(0, 40).replace(/^-+|-+$/g, '') || 'rule';
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.has(id)) return id;
  }
}

function list(rules: readonly Rule[], json: boolean): void {
  if (json) {
    printJson(rules);
  } else if (rules.length === 0) {
    print('No rules yet. Add one: npx lookout rule add "someone picks up phone"');
  } else {
    printTable(
      ['RULE', 'STATE', 'SEVERITY', 'COOLDOWN', 'THRESHOLD', 'CAMERAS', 'ALERT'],
      rules.map((rule) => [rule.id, rule.enabled ? 'on' : 'off', rule.severity, `${rule.cooldown} s`, String(rule.threshold), rule.cameras.join(',') || 'all', rule.alert]),
    );
  }
}

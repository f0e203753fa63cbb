import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { changeRule, snoozeRule } from '../config/change.ts';
import { secondsOf } from '../config/ruleTimes.ts';
import { configFile, configOption, parseId } from './options.ts';
import { localTime, print } from './print.ts';

interface SwitchFlags {
  readonly config?: string;
}

/** `rule on`, `off` and `snooze`: they edit the rule's file, and a running daemon takes that up. */
export function registerSwitches(rule: Command): void {
  for (const [name, enabled] of [['on', true], ['off', false]] as const) {
    rule
      .command(name)
      .summary(`switch a rule ${name}`)
      .argument('<id>', 'as `rule list` shows it', parseId)
      .addOption(configOption())
      .action((id: string, flags: SwitchFlags) => {
        changeRule(configFile(flags.config), id, { enabled });
        print(`Rule ${id} is ${name}.`);
      });
  }
  rule
    .command('snooze')
    .summary('keep a rule silent for a while')
    .argument('<id>', 'as `rule list` shows it', parseId)
    .argument('<time>', 'for how long: 30m, 2h, 1d; 0 ends it', parseLength)
    .addOption(configOption())
    .action((id: string, seconds: number, flags: SwitchFlags) => {
      const until = snoozeRule(configFile(flags.config), id, seconds, Date.now());
      print(seconds === 0 ? `Rule ${id} is no longer snoozed.` : `Rule ${id} is snoozed until ${localTime(until).slice(0, 19)}.`);
    });
}

/** Seconds of `90`, `30m`, `1h30m`. */
function parseLength(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(text)) throw new InvalidArgumentError('A length of time: 90, 30m, 2h, 1h30m.');
  return secondsOf(text);
}

import type { Command } from 'commander';
import { Option } from 'commander';
import type { RuleEntry } from '../config/edit.ts';
import { KINDS } from '../config/ruleEntry.ts';
import { LookoutError } from '../errors.ts';
import { collect, parseId, parseNumber } from './options.ts';

/** What a rule asks for beyond its sentence, as flags. */
export interface RuleFlags {
  readonly camera?: readonly string[];
  readonly cooldown?: string | number;
  readonly severity?: 'info' | 'warning' | 'critical';
  readonly threshold?: number;
  readonly schedule?: string;
  readonly for?: string | number;
  readonly absent?: string | number;
  readonly count?: string;
  readonly then?: string;
  readonly without?: string;
  readonly within?: string | number;
  readonly verify?: boolean;
}

export function addRuleFlags(command: Command): Command {
  return command
    .option('--camera <id>', 'only for this camera; may be given more than once (default: all)', collect(parseId))
    .option('--for <time>', 'when it has gone on for so long: 30s, 5m, 2h', lengthOf)
    .option('--absent <time>', 'when it has not happened for so long', lengthOf)
    .option('--count <times>', 'when it has happened so often: "3 in 5m"')
    .option('--then <sentence>', 'when this follows --within so long')
    .option('--without <sentence>', 'when this does not follow --within so long')
    .option('--within <time>', 'see --then and --without', lengthOf)
    .option('--schedule <hours>', 'when it listens: "mon-fri 22:00-06:00", with a time zone if wanted: "sat,sun Europe/Berlin"')
    .option('--verify', 'look a second time before alerting')
    .option('--cooldown <time>', 'no further alert of this rule from the same camera for so long', lengthOf)
    .option('--threshold <score>', 'least score of a match, 0 to 1', parseNumber(0, 1))
    .addOption(new Option('--severity <level>', 'how much it matters').choices(['info', 'warning', 'critical']));
}

/** The keys of a rule's file that the flags stand for; what was not chosen is left out, so that it follows the defaults. */
export function entryOf(flags: RuleFlags): Partial<RuleEntry> {
  const { camera, schedule, cooldown, severity, threshold, within, verify } = flags;
  const keys: readonly (readonly [string, unknown])[] = [
    ['cameras', camera && [...camera]], ...KINDS.map((kind) => [kind, flags[kind]] as const), ['within', within],
    ['schedule', schedule === undefined ? undefined : scheduleEntry(schedule)], ['verify', verify], ['cooldown', cooldown], ['severity', severity], ['threshold', threshold],
  ];
  return Object.fromEntries(keys.filter(([, value]) => value !== undefined));
}

/** `mon-fri 22:00-06:00 Europe/Berlin` as the key `schedule` has it. */
function scheduleEntry(text: string): NonNullable<RuleEntry['schedule']> {
  const parts = text.trim().split(/\s+/u);
  const hours = parts.filter((part) => /^\d/.test(part)).flatMap((part) => part.split(','));
  const [timezone, second] = parts.filter((part) => part.includes('/') || /^utc$/i.test(part));
  const days = parts.filter((part) => !/^\d/.test(part) && part !== timezone).flatMap((part) => part.split(',')).filter((day) => day !== '');
  if (second !== undefined || parts[0] === '') throw new LookoutError('USAGE', `--schedule ${JSON.stringify(text)}: days, hours and at most one time zone, as "mon-fri 22:00-06:00 Europe/Berlin".`);
  return { ...(days.length > 0 ? { days } : {}), ...(hours.length > 0 ? { hours } : {}), ...(timezone === undefined ? {} : { timezone }) };
}

/** Plain seconds stay a number in the file. */
function lengthOf(text: string): string | number {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

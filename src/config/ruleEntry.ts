import { stringify } from 'yaml';
import { LookoutError } from '../errors.ts';
import type { Rule } from '../rules/rule.ts';
import { parseSource, valuesOf } from './document.ts';
import type { RuleEntry } from './edit.ts';
import { rulesOf } from './rules.ts';
import type { LoadedRule } from './rules.ts';

/** A rule has one of these. */
export const KINDS = ['for', 'absent', 'count', 'then', 'without'] as const;

/** The rule as it stands in its file. */
export function entryIn({ rule, source, path }: LoadedRule): RuleEntry {
  const values = valuesOf(source);
  const entry: unknown = path.length > 0 && Array.isArray(values) ? values[Number(path[0])] : values;
  return { ...(entry as RuleEntry), id: rule.id };
}

/** A rule's own keys with others over them (null takes one out); of the kinds that exclude one another the one above counts. */
export function overlaid(entry: RuleEntry, over: Readonly<Record<string, unknown>>): RuleEntry {
  const chosen = KINDS.some((kind) => over[kind] !== undefined && over[kind] !== null);
  const kept = Object.entries(entry).filter(([key]) => !chosen || (!(KINDS as readonly string[]).includes(key) && key !== 'within'));
  const all = Object.entries({ ...Object.fromEntries(kept), ...over });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined)) as RuleEntry;
}

/** Checked as a file of rules is. @throws LookoutError CONFIG_INVALID */
export function ruleOf(entry: RuleEntry): Rule {
  const [loaded] = rulesOf(parseSource(stringify(entry, { lineWidth: 0 }), 'rule'));
  if (!loaded) throw new LookoutError('USAGE', 'There is no rule to try.');
  return loaded.rule;
}

/** `someone-picks-up-phone`; a sentence without Latin letters gives `rule`. A number follows where the id is taken. */
export function idFor(sentence: string, taken: Pick<ReadonlySet<string>, 'has'>): string {
  const words = sentence.toLowerCase().replace(/^(please\s+)?(alert|tell|notify|warn)(\s+me)?\s+(when|if)\s+/, '');
  const stem = words.replace(/[^a-z0-9]+/g, '-').slice(0, 40).replace(/^-+|-+$/g, '') || 'rule';
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.has(id)) return id;
  }
}

import { locale, t } from '../i18n/language.ts';
import { dayAndClock, lasting } from '../i18n/times.ts';
import type { RuleOut } from '../../api/schemas/rules.ts';
import { clauseOf } from '../../rules/rule.ts';
import { secondsOf } from './draft.ts';
import type { Draft } from './draft.ts';

type Said = Pick<Draft, 'alert' | 'cameras' | 'kind' | 'length' | 'times' | 'second' | 'verify' | 'cooldown' | 'scheduled' | 'days' | 'hours' | 'timezone'>;

/** The rule in a sentence of the page's language, to check that it says what was meant. */
export function ruleSays(draft: Said): string {
  const words = t().rules.says;
  const length = lasting(secondsOf(draft.length) * 1000);
  const what = words.quoted(clauseOf(draft.alert) || '…');
  const second = words.quoted(clauseOf(draft.second) || '…');
  const happening = {
    once: () => what,
    for: () => words.for(what, length),
    absent: () => words.absent(what, length),
    count: () => words.count(what, draft.times, length),
    next: () => words.chain(what, second, length),
    without: () => words.without(what, second, length),
  }[draft.kind]();
  const parts = [
    draft.cameras.length > 0 ? words.on(draft.cameras.join(', ')) : '',
    draft.scheduled ? words.at(scheduleSays(draft)) : '',
    draft.verify && draft.kind !== 'absent' ? words.verify : '',
    draft.cooldown.value > 0 ? words.cooldown(lasting(secondsOf(draft.cooldown) * 1000)) : '',
  ];
  return words.alerts(happening, parts.join(''));
}

/** Does the sentence alone say what the rule does? */
export function saysAll(draft: Said): boolean {
  return ruleSays(draft) === t().rules.says.alerts(t().rules.says.quoted(clauseOf(draft.alert)), '');
}

/** Mon, Tue 22:00–06:00 (Europe/Berlin) */
function scheduleSays({ days, hours, timezone }: Pick<Draft, 'days' | 'hours' | 'timezone'>): string {
  const named = days.length === 0 || days.length === 7 ? '' : days.map(dayName).join(', ');
  return [named, hours.map(({ from, to }) => `${from}–${to}`).join(', '), `(${timezone})`].filter((part) => part !== '').join(' ');
}

/** 0 is Sunday. */
export function dayName(day: number): string {
  return new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2023, 0, 1 + day));
}

export function snoozedSays(rule: RuleOut): string {
  return rule.state === 'snoozed' && rule.snoozed_until_ms !== null ? `${t().rules.snoozedUntil} ${dayAndClock(rule.snoozed_until_ms)}` : '';
}

import { t } from '../i18n/language.ts';
import { Button } from '../ui/button.tsx';
import { Field, Switch } from '../ui/field.tsx';
import type { PartProps } from './form.tsx';
import { dayName } from './says.ts';

/** Monday first. */
const WEEK = [1, 2, 3, 4, 5, 6, 0];
const ZONES = Intl.supportedValuesOf('timeZone');

/** When the rule listens. */
export function ScheduleForm({ draft, onChange, fault }: PartProps) {
  const words = t().rules.form;
  return (
    <div class="stack">
      <Switch on={draft.scheduled} label={words.schedule} onChange={(scheduled) => onChange({ scheduled })} />
      {draft.scheduled && (
        <>
          <div class="row tight" role="group" aria-label={words.days}>
            {WEEK.map((day) => (
              <Button key={day} slim aria-pressed={draft.days.includes(day)} onClick={() => onChange({ days: (draft.days.includes(day) ? draft.days.filter((one) => one !== day) : [...draft.days, day]).toSorted() })}>{dayName(day)}</Button>
            ))}
          </div>
          <Hours draft={draft} onChange={onChange} />
          <span class="small faint">{words.night}</span>
          <Field label={words.zone} fault={fault('schedule')}>
            {(labelled) => (
              <select class="select short" value={draft.timezone} onChange={(event) => onChange({ timezone: event.currentTarget.value })} {...labelled}>
                {[...new Set([draft.timezone, 'UTC', ...ZONES])].map((zone) => <option key={zone} value={zone}>{zone}</option>)}
              </select>
            )}
          </Field>
        </>
      )}
    </div>
  );
}

function Hours({ draft, onChange }: Pick<PartProps, 'draft' | 'onChange'>) {
  const words = t().rules.form;
  const set = (index: number, changes: Partial<{ from: string; to: string }>): void => onChange({ hours: draft.hours.map((span, i) => (i === index ? { ...span, ...changes } : span)) });
  return (
    <>
      {draft.hours.map((span, index) => (
        <div class="row" key={index}>
          {words.from} <input class="input short numbers" type="time" aria-label={words.from} value={span.from} onInput={(event) => set(index, { from: event.currentTarget.value })} />
          {words.to} <input class="input short numbers" type="time" aria-label={words.to} value={span.to} onInput={(event) => set(index, { to: event.currentTarget.value })} />
          <Button kind="plain" slim icon="remove" label={words.removeHours} onClick={() => onChange({ hours: draft.hours.filter((_, i) => i !== index) })} />
        </div>
      ))}
      <div><Button kind="plain" slim icon="add" onClick={() => onChange({ hours: [...draft.hours, { from: '09:00', to: '17:00' }] })}>{words.addHours}</Button></div>
    </>
  );
}

import type { RuleOut } from '../../api/schemas/rules.ts';
import { t } from '../i18n/language.ts';
import { Button } from '../ui/button.tsx';

const LENGTHS = ['30m', '2h', '8h', '1d', '7d'] as const;

/** Silent for a while, or no longer. */
export function SnoozeMenu({ rule, onSnooze }: { rule: RuleOut; onSnooze: (length: string | number) => void }) {
  const words = t().rules;
  if (rule.state === 'snoozed') return <Button slim icon="snooze" onClick={() => onSnooze(0)}>{words.wake}</Button>;
  return (
    <select
      class="select short snooze" aria-label={`${words.snooze}: ${rule.id}`} value="" disabled={rule.state !== 'on'}
      onChange={(event) => {
        const length = event.currentTarget.value;
        event.currentTarget.value = '';
        if (length !== '') onSnooze(length);
      }}
    >
      <option value="">{words.snooze}</option>
      {LENGTHS.map((length) => <option key={length} value={length}>{words.snoozeFor[length]}</option>)}
    </select>
  );
}

import { t } from '../i18n/language.ts';
import type { Labelled } from '../ui/field.tsx';
import type { Length, Unit } from './draft.ts';

const UNITS: readonly Unit[] = ['s', 'm', 'h', 'd'];

/** A number and its unit; `zero` is what nothing is called, where it may be nothing. */
export function LengthInput({ length, zero, onChange, ...labelled }: { length: Length; zero?: string; onChange: (length: Length) => void } & Partial<Labelled>) {
  const words = t().rules.form;
  return (
    <span class="length">
      <input
        class="input numbers" type="number" inputMode="decimal" aria-label={labelled.id ? undefined : words.number} min={zero === undefined ? 1 : 0} step="any" placeholder={zero}
        value={length.value === 0 && zero !== undefined ? '' : length.value}
        onInput={(event) => {
          const value = event.currentTarget.value === '' ? 0 : Number(event.currentTarget.value);
          if (Number.isFinite(value)) onChange({ ...length, value });
        }}
        {...labelled}
      />
      <select class="select" aria-label={words.unit} value={length.unit} onChange={(event) => onChange({ ...length, unit: UNITS.find((unit) => unit === event.currentTarget.value) ?? 's' })}>
        {UNITS.map((unit) => <option key={unit} value={unit}>{words.units[unit]}</option>)}
      </select>
    </span>
  );
}

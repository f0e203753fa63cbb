import { t } from '../i18n/language.ts';
import { Field } from '../ui/field.tsx';
import { keyOf, KINDS } from './draft.ts';
import type { PartProps } from './form.tsx';
import { LengthInput } from './lengthInput.tsx';

/** How what the sentence says has to happen: at once, for so long, so often, followed by something … */
export function RuleParts({ draft, onChange, fault }: PartProps) {
  const words = t().rules.form;
  const { kind } = draft;
  const length = <LengthInput length={draft.length} onChange={(next) => onChange({ length: next })} />;
  return (
    <div class="stack parts">
      <div class="field" role="radiogroup" aria-label={words.when}>
        <span class="label">{words.when}</span>
        <div class="row">
          {KINDS.map((one) => (
            <label class="tick" key={one}><input type="radio" name="kind" checked={kind === one} onChange={() => onChange({ kind: one })} />{words.kinds[one]}</label>
          ))}
        </div>
      </div>
      {kind === 'for' && <div class="row">{words.forLength} {length}</div>}
      {kind === 'absent' && <div class="row">{words.absentLength} {length}</div>}
      {kind === 'count' && (
        <div class="row">
          <input class="input numbers times" type="number" aria-label={words.times} min={2} max={50} step={1} value={draft.times} onInput={(event) => onChange({ times: Number(event.currentTarget.value) || 2 })} />
          {words.times} {words.timesIn} {length} {words.inside}
        </div>
      )}
      {(kind === 'next' || kind === 'without') && (
        <>
          <Field label={words.second} fault={fault(keyOf(kind))}>
            {(labelled) => <input class="input" required minLength={3} maxLength={500} placeholder={words.secondSample} value={draft.second} onInput={(event) => onChange({ second: event.currentTarget.value })} {...labelled} />}
          </Field>
          <div class="row">{words.within} {length} {words.inside}</div>
        </>
      )}
      {['for', 'absent', 'count', 'within'].map((key) => fault(key) !== undefined && <div class="fault" role="alert" key={key}>{fault(key)}</div>)}
    </div>
  );
}

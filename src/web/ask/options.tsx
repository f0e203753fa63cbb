import { t } from '../i18n/language.ts';
import { Field, Switch } from '../ui/field.tsx';
import type { About, AskOptions } from './asking.ts';

const NUMBERS = [
  { key: 'frame_rate', min: 0.1, max: 30, step: 0.1 },
  { key: 'window_size', min: 64, max: 1_000_000, step: 1 },
  { key: 'overlap_ratio', min: 0, max: 0.9, step: 0.05 },
] as const;

/** What people rarely need, folded away. */
export function Options({ kind, options, onChange }: { kind: About['kind']; options: AskOptions; onChange: (options: AskOptions) => void }) {
  const words = t().ask.option;
  return (
    <details class="options">
      <summary>{t().ask.options}</summary>
      <div class="option-fields">
        {kind === 'camera' && (
          <Field label={words.source}>{(labelled) => (
            <select class="select" value={options.source} onChange={(event) => onChange({ ...options, source: event.currentTarget.value as AskOptions['source'] })} {...labelled}>
              {(['auto', 'recording', 'live', 'events'] as const).map((one) => <option key={one} value={one}>{words.sources[one]}</option>)}
            </select>
          )}</Field>
        )}
        {kind === 'video' && <Field label={t().upload.part}>{(labelled) => <input class="input" placeholder={t().upload.partHint} value={options.part} onInput={(event) => onChange({ ...options, part: event.currentTarget.value })} {...labelled} />}</Field>}
        {NUMBERS.map(({ key, ...bounds }) => (
          <Field key={key} label={words[key]}>{(labelled) => <input class="input" type="number" {...bounds} placeholder={words.asConfigured} value={options[key]} onInput={(event) => onChange({ ...options, [key]: event.currentTarget.value })} {...labelled} />}</Field>
        ))}
        <Switch label={words.temporal_alignment} on={options.temporal_alignment} onChange={(on) => onChange({ ...options, temporal_alignment: on })} />
        <Switch label={words.filter} on={options.filter} onChange={(on) => onChange({ ...options, filter: on })} />
      </div>
    </details>
  );
}

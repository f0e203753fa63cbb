import { useSignal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { Switch } from '../ui/field.tsx';
import type { Labelled } from '../ui/field.tsx';
import { parsed, written } from './keys.ts';
import type { ConfigKey } from './keys.ts';

export interface KeyInputProps {
  readonly of: ConfigKey;
  readonly value: unknown;
  readonly isSet: boolean;
  readonly onValue: (value: unknown) => void;
  readonly labelled: Labelled;
}

/** The input that fits a key's type. */
export function KeyInput(props: KeyInputProps) {
  const { of: key, value, isSet, onValue, labelled } = props;
  const words = t().settings;
  if (key.kind === 'switch') return <div><Switch on={value === true} label={value === true ? words.yes : words.no} onChange={onValue} /></div>;
  if (key.kind === 'choice') {
    return (
      <select class="select short" value={written('text', value)} onChange={(event) => onValue(event.currentTarget.value)} {...labelled}>
        {key.options.map((option) => <option key={option} value={option}>{option}</option>)}
      </select>
    );
  }
  if (key.kind === 'secret') {
    const typed = typeof value === 'string' && value !== '[redacted]' ? value : '';
    return (
      <>
        <input class="input mono" type="password" autocomplete="new-password" placeholder={words.secretSample} value={typed} onInput={(event) => onValue(event.currentTarget.value === '' ? undefined : event.currentTarget.value)} {...labelled} />
        <span class="tiny faint">{isSet ? words.secretSet : words.secretUnset}</span>
      </>
    );
  }
  return <Typed {...props} />;
}

/** What is typed as text and may not be a value yet. */
function Typed({ of: key, value, onValue, labelled }: KeyInputProps) {
  const words = t().settings;
  const draft = useSignal<string | undefined>(undefined);
  const wrong = useSignal<'badNumber' | 'badJson' | undefined>(undefined);
  const type = (text: string): void => {
    draft.value = text;
    try {
      onValue(parsed(key.kind, text));
      wrong.value = undefined;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      wrong.value = key.kind === 'json' ? 'badJson' : 'badNumber';
    }
  };
  const shared = {
    value: wrong.value === undefined ? written(key.kind, value) : draft.value,
    onInput: (event: Event & { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => type(event.currentTarget.value),
    onBlur: () => (wrong.value = undefined),
    spellcheck: false, autocomplete: 'off' as const, autocapitalize: 'none' as const, ...labelled,
  };
  const note = wrong.value === undefined ? { list: words.oneALine, json: words.json }[key.kind as string] : words[wrong.value];
  return (
    <>
      {key.kind === 'list' || key.kind === 'json'
        ? <textarea class="textarea mono" rows={3} {...shared} />
        : <input class={key.kind === 'text' ? 'input mono' : 'input mono short numbers'} inputMode={key.kind === 'text' ? 'text' : 'decimal'} placeholder={words.unset} {...shared} />}
      {note !== undefined && <span class="tiny faint">{note}</span>}
    </>
  );
}

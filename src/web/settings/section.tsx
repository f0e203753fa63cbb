import type { ConfigOut } from '../../api/schemas/config.ts';
import { bareFault, keyParts } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Badge, Panel } from '../ui/surfaces.tsx';
import { KeyInput } from './keyInput.tsx';
import { valueAt, written } from './keys.ts';
import type { ConfigKey, Section } from './keys.ts';

/** By their names, what was changed and is not saved; null takes a key out of the file. */
export type Edits = ReadonlyMap<string, unknown>;

export interface SectionProps {
  readonly section: Section;
  readonly config: ConfigOut;
  readonly restarts: boolean;
  readonly edits: Edits;
  readonly problem: Problem | undefined;
  /** undefined: as it was */
  readonly onEdit: (name: string, value: unknown) => void;
}

export function SectionForm({ section, restarts, ...rest }: SectionProps) {
  const words = t().settings;
  return (
    <div id={`section-${section.name}`} class="settings-section">
      <Panel title={words.sections[section.name] ?? section.name} actions={restarts ? <Badge>{words.willRestart}</Badge> : undefined}>
        <div class="stack wide">{section.keys.map((key) => <OneKey key={key.name} of={key} {...rest} />)}</div>
      </Panel>
    </div>
  );
}

function OneKey({ of: key, config, edits, problem, onEdit }: { of: ConfigKey } & Omit<SectionProps, 'section' | 'restarts'>) {
  const words = t().settings;
  const inFile = config.written.some((path) => path.join('.') === key.name);
  const edited = edits.has(key.name);
  const stored = valueAt(config.values, key.path);
  const value = edited ? (edits.get(key.name) ?? key.fallback) : stored;
  const fault = problem && sameKey(problem.param, key) ? bareFault(problem) : undefined;
  const secret = config.secrets.some((path) => path.join('.') === key.name) || key.kind === 'secret';
  const kind = secret ? 'secret' : key.kind;
  return (
    <div class={edited ? 'one-key edited' : 'one-key'}>
      <Field
        label={<><code>{key.path.length > 1 && <span class="faint">{key.path.slice(0, -1).join('.')}.</span>}{key.path.at(-1)}</code>{inFile && !edited && <span class="tiny faint in-file">{words.written}</span>}</>}
        help={[words.help[key.name] ?? key.help, secret ? '' : fallbackSays(key)].filter((part) => part !== '').join(' · ')}
        fault={fault}
      >
        {(labelled) => <KeyInput of={{ ...key, kind }} value={value} isSet={inFile} onValue={(next) => onEdit(key.name, same(next, stored) && inFile ? undefined : next)} labelled={labelled} />}
      </Field>
      {(edited || inFile) && key.name !== 'model.name' && (
        <div class="row">
          {edited && <Button kind="plain" slim onClick={() => onEdit(key.name, undefined)}>{words.discard}</Button>}
          {inFile && !(edited && edits.get(key.name) === null) && <Button kind="plain" slim onClick={() => onEdit(key.name, null)}>{secret ? words.remove : words.back}</Button>}
        </div>
      )}
    </div>
  );
}

function fallbackSays(key: ConfigKey): string {
  const words = t().settings;
  if (key.fallback === undefined) return '';
  if (typeof key.fallback === 'boolean') return words.default(key.fallback ? words.yes : words.no);
  const text = written(key.kind === 'list' ? 'json' : key.kind, key.fallback);
  return text === '[]' ? '' : words.default(text);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A fault deeper than the key, as of an item of a list, is the key's. */
function sameKey(param: string | null, key: ConfigKey): boolean {
  const parts = keyParts(param);
  return parts.length >= key.path.length && key.path.every((part, i) => part === parts[i]);
}

import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ConfigEditedOut, ConfigOut, ConfigPatchIn, ConfigSchemaOut } from '../../api/schemas/config.ts';
import { ask, get } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { Button } from '../ui/button.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Notice, View, Waiting } from '../ui/surfaces.tsx';
import { toast } from '../ui/toast.tsx';
import { useLoad } from '../ui/useLoad.ts';
import { sectionsOf } from './keys.ts';
import { SectionForm } from './section.tsx';
import type { Edits } from './section.tsx';
import './settings.css';

/** The configuration's file as a form, made of its schema. */
export function SettingsPage() {
  const words = t().settings;
  const schema = useLoad((signal) => get<ConfigSchemaOut>('/v1/config/schema', {}, signal), []);
  const config = useLoad((signal) => get<ConfigOut>('/v1/config', {}, signal), []);
  const problem = schema.problem.value ?? config.problem.value;
  return (
    <View title={words.title} text={config.value.value && <>{words.text(config.value.value.file)} {words.elsewhere}</>}>
      {problem && <ProblemNote problem={problem} retry={() => [schema, config].forEach((one) => one.reload())} />}
      {!problem && !(schema.value.value && config.value.value) && <Waiting label={t().shell.loading} />}
      {schema.value.value && config.value.value && <Form schema={schema.value.value} config={config.value.value} reload={config.reload} />}
    </View>
  );
}

function Form({ schema, config, reload }: { schema: ConfigSchemaOut; config: ConfigOut; reload: () => void }) {
  const edits = useSignal<Edits>(new Map());
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal(false);
  const sought = useSignal('');
  const words = t().settings;
  const sections = useComputed(() => sectionsOf(schema.schema));
  const edit = (name: string, value: unknown): void => {
    const next = new Map(edits.value);
    if (value === undefined) next.delete(name);
    else next.set(name, value);
    edits.value = next;
    problem.value = undefined;
  };
  const save = async (): Promise<void> => {
    busy.value = true;
    try {
      const body: ConfigPatchIn = { edits: [...edits.value].map(([name, value]) => ({ path: name.split('.'), value })) };
      const { restart } = await ask<ConfigEditedOut>('PATCH', '/v1/config', { body, headers: { 'if-match': `"${config.etag}"` } });
      toast({ text: restart.length > 0 ? words.savedRestart(named(restart)) : words.saved, icon: 'check' });
      edits.value = new Map();
      problem.value = undefined;
      reload();
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  useEffect(() => (problem.value ? goToFault() : undefined), [problem.value]);
  const shown = sections.value.map((section) => ({ ...section, keys: section.keys.filter((key) => matches(key.name, key.help, sought.value)) })).filter(({ keys }) => keys.length > 0);
  return (
    <>
      {config.problem && <Notice tone="warning"><div>{words.problem}</div><div class="strong">{config.problem.message}</div><span class="code">{config.problem.code}</span></Notice>}
      {config.restart.length > 0 && <Notice tone="warning">{words.restart(named(config.restart))}</Notice>}
      <div class="settings">
        <nav class="settings-nav" aria-label={words.title}>
          <input class="input" type="search" placeholder={words.search} aria-label={words.search} value={sought.value} onInput={(event) => (sought.value = event.currentTarget.value)} />
          <ul>{shown.map(({ name }) => <li key={name}><a href={`#section-${name}`}>{words.sections[name] ?? name}</a></li>)}</ul>
        </nav>
        <div class="stack wide">
          {shown.length === 0 && <p class="quiet">{words.none}</p>}
          {shown.map((section) => <SectionForm key={section.name} section={section} config={config} restarts={schema.restart.includes(section.name)} edits={edits.value} problem={problem.value} onEdit={edit} />)}
        </div>
      </div>
      {edits.value.size > 0 && <SaveBar count={edits.value.size} problem={problem.value} busy={busy.value} onDiscard={() => (edits.value = new Map())} onReload={reload} onSave={() => void save()} />}
    </>
  );
}

function SaveBar({ count, problem, busy, onDiscard, onReload, onSave }: { count: number; problem: Problem | undefined; busy: boolean; onDiscard: () => void; onReload: () => void; onSave: () => void }) {
  const words = t().settings;
  return (
    <div class="save-bar" role="region" aria-label={words.changes(count)}>
      {problem && (problem.status === 412 ? <Notice tone="warning" role="alert">{words.conflict} <Button slim onClick={onReload}>{words.reload}</Button></Notice> : <ProblemNote problem={problem} />)}
      <div class="row apart">
        <span class="strong numbers">{words.changes(count)}</span>
        <div class="row"><Button onClick={onDiscard}>{words.discard}</Button><Button kind="main" busy={busy} onClick={onSave}>{words.save}</Button></div>
      </div>
    </div>
  );
}

/** The key that is wrong may be far away. */
function goToFault(): void {
  const wrong = document.querySelector<HTMLElement>('.settings [aria-invalid]');
  wrong?.scrollIntoView({ block: 'center' });
  wrong?.focus({ preventScroll: true });
}

function named(sections: readonly string[]): string {
  return sections.map((name) => t().settings.sections[name] ?? name).join(', ');
}

function matches(name: string, help: string, sought: string): boolean {
  const text = `${name} ${help} ${t().settings.help[name] ?? ''} ${t().settings.sections[name.split('.')[0] ?? ''] ?? ''}`.toLowerCase();
  return sought.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

import { bareFault, keyParts } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { cameraIds } from '../store/cameras.ts';
import { Choice, Field, Switch } from '../ui/field.tsx';
import type { Draft } from './draft.ts';
import { LengthInput } from './lengthInput.tsx';
import { percent } from './percent.ts';
import { RuleParts } from './parts.tsx';
import { ScheduleForm } from './schedule.tsx';

export interface PartProps {
  readonly draft: Draft;
  readonly onChange: (changes: Partial<Draft>) => void;
  /** what is wrong with a key */
  readonly fault: (key: string) => string | undefined;
}

/** A rule as a form that reads as a sentence, from the top: when what happens how, on which cameras, how it is told. */
export function RuleForm({ draft, fresh, problem, onChange }: { draft: Draft; fresh: boolean; problem: Problem | undefined; onChange: (changes: Partial<Draft>) => void }) {
  const words = t().rules.form;
  const fault = (key: string): string | undefined => (problem && keyParts(problem.param).includes(key) ? bareFault(problem) : undefined);
  const part: PartProps = { draft, onChange, fault };
  return (
    <>
      <Field label={words.alert} help={words.alertHelp} fault={fault('alert')}>
        {(labelled) => <textarea class="textarea sentence" name="alert" rows={2} required minLength={3} maxLength={500} placeholder={words.alertSample} value={draft.alert} onInput={(event) => onChange({ alert: event.currentTarget.value })} {...labelled} />}
      </Field>
      <RuleParts {...part} />
      <Cameras {...part} />
      <div class="field">
        <span class="label" id="severity-label">{words.severity}</span>
        <Choice label={words.severity} value={draft.severity} onChange={(severity) => onChange({ severity })} options={(['info', 'warning', 'critical'] as const).map((value) => ({ value, text: t().shell.severity[value] }))} />
      </div>
      <Field label={words.threshold} help={words.thresholdHelp(percent(draft.threshold))} fault={fault('threshold')}>
        {(labelled) => (
          <div class="row threshold">
            <input type="range" class="range grow" min={0} max={1} step={0.05} value={draft.threshold} onInput={(event) => onChange({ threshold: Number(event.currentTarget.value) })} {...labelled} />
            <output class="numbers strong">{percent(draft.threshold)}</output>
          </div>
        )}
      </Field>
      <Field label={words.cooldown} help={words.cooldownHelp} fault={fault('cooldown')}>
        {(labelled) => <LengthInput length={draft.cooldown} zero={words.cooldownNone} onChange={(cooldown) => onChange({ cooldown })} {...labelled} />}
      </Field>
      <details class="more" open={draft.verify || draft.scheduled || draft.until !== '' || fault('id') !== undefined}>
        <summary>{words.more}</summary>
        <div class="stack wide"><More {...part} fresh={fresh} /></div>
      </details>
    </>
  );
}

function Cameras({ draft, onChange, fault }: PartProps) {
  const words = t().rules.form;
  const ids = [...new Set([...cameraIds.value, ...draft.cameras])];
  if (ids.length === 0) return null;
  const toggle = (id: string, on: boolean): void => onChange({ cameras: on ? [...draft.cameras, id] : draft.cameras.filter((one) => one !== id) });
  return (
    <div class="field" role="group" aria-label={words.cameras}>
      <span class="label">{words.cameras}</span>
      <div class="row">{ids.map((id) => <label class="tick" key={id}><input type="checkbox" checked={draft.cameras.includes(id)} onChange={(event) => toggle(id, event.currentTarget.checked)} />{id}</label>)}</div>
      {draft.cameras.length === 0 && <div class="help">{words.cameraNone}</div>}
      {fault('cameras') !== undefined && <div class="fault" role="alert">{fault('cameras')}</div>}
    </div>
  );
}

function More({ draft, onChange, fault, fresh }: PartProps & { fresh: boolean }) {
  const words = t().rules.form;
  return (
    <>
      {draft.kind !== 'absent' && <div class="stack close"><Switch on={draft.verify} label={words.verify} onChange={(verify) => onChange({ verify })} /><span class="small faint">{words.verifyHelp}</span></div>}
      <ScheduleForm draft={draft} onChange={onChange} fault={fault} />
      <Field label={words.until} help={words.untilHelp} fault={fault('until')}>
        {(labelled) => <input class="input short" placeholder="2030-12-31" value={draft.until} onInput={(event) => onChange({ until: event.currentTarget.value })} {...labelled} />}
      </Field>
      {fresh && (
        <Field label={words.id} help={words.idHelp} fault={fault('id')}>
          {(labelled) => <input class="input short" pattern="[a-z0-9_\-]{1,64}" autocomplete="off" autocapitalize="none" spellcheck={false} value={draft.id} onInput={(event) => onChange({ id: event.currentTarget.value.trim() })} {...labelled} />}
        </Field>
      )}
    </>
  );
}

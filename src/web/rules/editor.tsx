import { useSignal } from '@preact/signals';
import type { RuleOut } from '../../api/schemas/rules.ts';
import { ask, post } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { zone } from '../i18n/times.ts';
import { navigate } from '../router.ts';
import { mayEdit } from '../session.ts';
import { readRules } from '../store/rules.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { confirmed } from '../ui/confirm.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Notice, Panel, View } from '../ui/surfaces.tsx';
import { toast } from '../ui/toast.tsx';
import { blankDraft, draftOf, entryOf, patchOf } from './draft.ts';
import type { Draft } from './draft.ts';
import { RuleForm } from './form.tsx';
import { ruleSays } from './says.ts';
import { Trial } from './trial.tsx';

/** Write a rule or change one, and try it on the past beside it. */
export function RuleEditor({ rule }: { rule?: RuleOut }) {
  const before = useSignal<Draft>(rule ? draftOf(rule, zone) : blankDraft(zone));
  const draft = useSignal<Draft>(before.value);
  const etag = useSignal(rule?.etag ?? null);
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal(false);
  const words = t().rules;
  const change = (changes: Partial<Draft>): void => void (draft.value = { ...draft.value, ...changes });
  const save = async (enabled: boolean, over = false): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      const wanted = { ...draft.value, enabled };
      const saved = rule
        ? await ask<RuleOut>('PATCH', `/v1/rules/${rule.id}`, { body: patchOf(before.value, wanted), headers: etag.value && !over ? { 'if-match': `"${etag.value}"` } : {} })
        : await post<RuleOut>('/v1/rules', entryOf(wanted));
      toast({ text: words.saved(saved.id), icon: 'check' });
      before.value = draft.value = draftOf(saved, zone);
      etag.value = saved.etag;
      await readRules();
      if (!rule) navigate('/rules');
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  return (
    <View title={rule ? rule.id : words.form.newTitle} width="broad" actions={<ButtonLink kind="plain" icon="back" href="/rules">{words.back}</ButtonLink>}>
      <div class="rule-editor">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void save(rule ? draft.value.enabled : true);
          }}
        >
          <Panel>
            <fieldset class="stack wide bare" disabled={!mayEdit.value}>
              <RuleForm draft={draft.value} fresh={!rule} problem={problem.value} onChange={change} />
              <div class="preview"><span class="tiny faint">{words.form.preview}</span><p>{ruleSays(draft.value)}</p></div>
              {problem.value && (problem.value.status === 412
                ? <Conflict onReload={() => void readRules().then(() => navigate('/rules'))} onOverwrite={() => void save(draft.value.enabled, true)} />
                : <ProblemNote problem={problem.value} />)}
              {mayEdit.value && <Actions rule={rule} busy={busy.value} ready={draft.value.alert.trim().length > 2} onSave={(enabled) => void save(enabled)} onProblem={(one) => (problem.value = one)} />}
              {rule?.file && <p class="tiny faint">{words.form.file}: <span class="mono">{rule.file}{rule.line === null ? '' : `:${rule.line}`}</span></p>}
            </fieldset>
          </Panel>
        </form>
        <Trial rule={rule?.id} entry={entryOf(draft.value)} ready={draft.value.alert.trim().length > 2} threshold={draft.value.threshold} onThreshold={(threshold) => change({ threshold })} />
      </div>
    </View>
  );
}

function Conflict({ onReload, onOverwrite }: { onReload: () => void; onOverwrite: () => void }) {
  const words = t().rules.form;
  return (
    <Notice tone="warning" role="alert">
      <div>{words.changed}</div>
      <div class="row"><Button slim onClick={onReload}>{words.reload}</Button><Button slim onClick={onOverwrite}>{words.overwrite}</Button></div>
    </Notice>
  );
}

function Actions({ rule, busy, ready, onSave, onProblem }: { rule: RuleOut | undefined; busy: boolean; ready: boolean; onSave: (enabled: boolean) => void; onProblem: (problem: Problem) => void }) {
  const words = t().rules;
  if (!rule) {
    return (
      <div class="row">
        <Button kind="main" type="submit" busy={busy} disabled={!ready}>{words.form.saveOn}</Button>
        <Button busy={busy} disabled={!ready} onClick={() => onSave(false)}>{words.form.saveOff}</Button>
      </div>
    );
  }
  const remove = async (): Promise<void> => {
    if (!(await confirmed(words.removeSure(rule.id), words.remove))) return;
    try {
      await ask('DELETE', `/v1/rules/${rule.id}`);
      toast({ text: words.removed(rule.id), icon: 'check' });
      await readRules();
      navigate('/rules');
    } catch (error) {
      onProblem(asProblem(error));
    }
  };
  return (
    <div class="row apart">
      <Button kind="main" type="submit" busy={busy} disabled={!ready}>{words.form.save}</Button>
      <Button kind="danger" icon="remove" slim onClick={() => void remove()}>{words.remove}</Button>
    </div>
  );
}

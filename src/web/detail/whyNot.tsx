import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CheckOut, WhyNotOut } from '../../api/schemas/explain.ts';
import { get } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { zone } from '../i18n/times.ts';
import { withQuery } from '../router.ts';
import { cameraIds } from '../store/cameras.ts';
import { rules } from '../store/rules.ts';
import { filter } from '../timeline/state.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icon.tsx';
import { Notice } from '../ui/surfaces.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { localMoment } from './localMoment.ts';

/** Why no alert came: a rule and a moment, and the way from the scene to the alert, link by link. */
export function WhyNot({ at, rule: asked }: { at: number; rule: string }) {
  const words = t().detail.why;
  const known = (rules.value ?? []).map(({ id }) => id);
  const rule = useSignal(asked);
  const camera = useSignal(filter.peek().cameras[0] ?? '');
  const time = useSignal(at > 0 ? localMoment(at) : '');
  const answer = useSignal<WhyNotOut | null>(null);
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const chosen = rule.value || known[0] || '';
  const cameras = cameraIds.value;
  const why = async (): Promise<void> => {
    if (chosen === '') return;
    busy.value = true;
    problem.value = null;
    try {
      answer.value = await get<WhyNotOut>('/v1/explain', { rule: chosen, camera: camera.value || (cameras.length > 0 ? cameras[0] : undefined), at: time.value, timezone: zone });
    } catch (error) {
      answer.value = null;
      problem.value = asProblem(error);
    } finally {
      busy.value = false;
    }
  };
  // opened for a rule and a time: what is asked is plain already
  useEffect(() => void (asked !== '' && at > 0 && why()), []);
  return (
    <form
      class="stack wide"
      onSubmit={(event) => {
        event.preventDefault();
        void why();
      }}
    >
      <p class="quiet">{words.text}</p>
      {rules.value?.length === 0 && <Notice>{words.noRules}</Notice>}
      <div class="why-fields">
        <Field label={words.rule}>{(labelled) => (
          <select class="select" value={chosen} onChange={(event) => (rule.value = event.currentTarget.value)} {...labelled}>
            {[...new Set([...known, ...(chosen === '' ? [] : [chosen])])].map((id) => <option key={id} value={id}>{id}</option>)}
          </select>
        )}</Field>
        {cameras.length > 1 && (
          <Field label={words.camera}>{(labelled) => (
            <select class="select" value={camera.value || cameras[0]} onChange={(event) => (camera.value = event.currentTarget.value)} {...labelled}>
              {cameras.map((id) => <option key={id} value={id}>{id}</option>)}
            </select>
          )}</Field>
        )}
        <Field label={words.time}>{(labelled) => <input class="input" required placeholder={words.timeHint} value={time.value} maxLength={100} onInput={(event) => (time.value = event.currentTarget.value)} {...labelled} />}</Field>
      </div>
      <div><Button kind="main" type="submit" icon="search" busy={busy.value} disabled={chosen === ''}>{words.ask}</Button></div>
      <div role="status">{answer.value && <Chain answer={answer.value} />}</div>
      {problem.value && <ProblemNote problem={problem.value} />}
    </form>
  );
}

const SIGNS: Readonly<Record<CheckOut['state'], IconName>> = { passed: 'check', failed: 'close', unknown: 'info', open: 'more' };

function Chain({ answer }: { answer: WhyNotOut }) {
  const words = t().detail.why;
  return (
    <div class="stack">
      <Notice tone={answer.alert ? 'good' : answer.failed ? 'warning' : 'info'}>
        <div class="strong">{answer.says}</div>
        {answer.alert && <a href={withQuery({ why: null, rule: null, alert: answer.alert.id })}>{words.given}</a>}
      </Notice>
      <ol class="chain">
        {answer.checks.map((check) => (
          <li key={check.name} class={check.state}>
            <Icon name={SIGNS[check.state]} size={16} label={words[check.state]} />
            <div>
              <div class={check.state === 'failed' ? 'strong' : ''}>{words.checks[check.name]}</div>
              {check.says !== '' && <div class="small quiet">{check.says}</div>}
              {check.event && <a class="small" href={withQuery({ why: null, rule: null, event: check.event.id })}>{check.event.event}</a>}
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

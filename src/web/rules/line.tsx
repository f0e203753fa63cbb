import { useSignal } from '@preact/signals';
import type { RuleOut } from '../../api/schemas/rules.ts';
import { ask } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { zone } from '../i18n/times.ts';
import { withQuery } from '../router.ts';
import { mayEdit } from '../session.ts';
import { alerts } from '../store/alerts.ts';
import { readRules } from '../store/rules.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Switch } from '../ui/field.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Badge } from '../ui/surfaces.tsx';
import { Severity, Time } from '../ui/time.tsx';
import { draftOf } from './draft.ts';
import { ruleSays, saysAll, snoozedSays } from './says.ts';
import { SnoozeMenu } from './snooze.tsx';

/** One rule in the list: what it says, how it stands, its last alert, and its switch. */
export function RuleLine({ rule }: { rule: RuleOut }) {
  const problem = useSignal<Problem | undefined>(undefined);
  const words = t().rules;
  const draft = draftOf(rule, zone);
  const change = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      problem.value = undefined;
    } catch (error) {
      problem.value = asProblem(error);
    }
    await readRules();
  };
  return (
    <li class={rule.state === 'on' ? '' : 'resting'}>
      <Switch on={rule.enabled} hidden label={words.onNamed(rule.id)} disabled={!mayEdit.value} onChange={(enabled) => void change(() => ask('PATCH', `/v1/rules/${rule.id}`, { body: { enabled } }))} />
      <div class="grow stack close">
        <a class="rule-sentence" href={`/rules/${rule.id}`}>{rule.alert}</a>
        {!saysAll(draft) && <div class="small quiet">{ruleSays(draft)}</div>}
        <div class="row small">
          <Severity of={rule.severity} />
          {rule.state !== 'on' && <Badge>{words.states[rule.state]}</Badge>}
          {rule.state === 'snoozed' && <span class="quiet">{snoozedSays(rule)}</span>}
          <LastAlert rule={rule.id} />
        </div>
        {problem.value && <ProblemNote problem={problem.value} />}
      </div>
      {mayEdit.value && (
        <div class="row rule-actions">
          <SnoozeMenu rule={rule} onSnooze={(length) => void change(() => ask('POST', `/v1/rules/${rule.id}/snooze`, { body: { for: length } }))} />
          <ButtonLink kind="plain" slim icon="edit" href={`/rules/${rule.id}`} label={`${words.edit}: ${rule.id}`} />
        </div>
      )}
    </li>
  );
}

function LastAlert({ rule }: { rule: string }) {
  const last = alerts.value.find((alert) => alert.rule === rule);
  if (!last) return <span class="faint">{t().rules.never}</span>;
  return <a class="quiet" href={withQuery({ alert: last.id, event: null })}>{t().rules.lastAlert} <Time at={last.happened_at_ms} as="ago" /></a>;
}

import { t } from '../i18n/language.ts';
import { place } from '../router.ts';
import { mayEdit } from '../session.ts';
import { readRules, ruleFilesProblem, rules, rulesProblem } from '../store/rules.ts';
import { ButtonLink } from '../ui/button.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { EmptyState, Notice, Panel, View, Waiting } from '../ui/surfaces.tsx';
import { RuleEditor } from './editor.tsx';
import { RuleLine } from './line.tsx';
import './rules.css';

/** All rules, one of them (`/rules/phone`), or a new one (`/rules/new`). */
export function RulesPage() {
  const [id] = place.value.rest;
  if (id === 'new') return <RuleEditor key="new" />;
  const rule = id === undefined ? undefined : rules.value?.find((one) => one.id === id);
  if (rule) return <RuleEditor key={rule.id} rule={rule} />;
  return <AllRules />;
}

function AllRules() {
  const words = t().rules;
  const all = rules.value;
  const add = mayEdit.value && <ButtonLink kind="main" icon="add" href="/rules/new">{words.add}</ButtonLink>;
  return (
    <View title={words.title} text={words.text} actions={all && all.length > 0 ? add : undefined}>
      {rulesProblem.value && <ProblemNote problem={rulesProblem.value} retry={() => void readRules()} />}
      {ruleFilesProblem.value && <Notice tone="warning"><div class="strong">{words.problemFile}</div><div>{ruleFilesProblem.value.message}</div><span class="code">{ruleFilesProblem.value.code}</span></Notice>}
      {!all && !rulesProblem.value && <Waiting label={t().shell.loading} />}
      {all?.length === 0 && <EmptyState icon="rules" title={words.empty.title} action={add}>{words.empty.text} {!mayEdit.value && words.empty.viewer}</EmptyState>}
      {all && all.length > 0 && (
        <Panel flush>
          <ul class="lines rule-lines">{all.map((rule) => <RuleLine key={rule.id} rule={rule} />)}</ul>
        </Panel>
      )}
    </View>
  );
}

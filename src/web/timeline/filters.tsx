import { useComputed } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { Button } from '../ui/button.tsx';
import { alerts } from './past.ts';
import { filter, NO_FILTER } from './state.ts';
import type { Filter } from './state.ts';
import { CameraPicks } from './toolbar.tsx';

/** Narrows the chart and the list alike. */
export function Filters() {
  const words = t().timeline;
  const rules = useComputed(() => [...new Set([...alerts.items.value.values()].map(({ rule }) => rule))].sort());
  const set = (change: Partial<Filter>): void => {
    const next = { ...filter.value, ...change };
    filter.value = next.cameras.length === 0 && next.text === '' && next.rule === '' && next.severity === '' ? NO_FILTER : next;
  };
  const { text, rule, severity } = filter.value;
  return (
    <div class="filters" role="group" aria-label={words.filters}>
      <CameraPicks />
      <input class="input search" type="search" aria-label={words.search} placeholder={words.searchHint} value={text} onInput={(event) => set({ text: event.currentTarget.value })} />
      <select class="select short" aria-label={words.rule} value={rule} onChange={(event) => set({ rule: event.currentTarget.value })}>
        <option value="">{words.anyRule}</option>
        {[...new Set([...rules.value, ...(rule === '' ? [] : [rule])])].map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
      <select class="select short" aria-label={words.severity} value={severity} onChange={(event) => set({ severity: event.currentTarget.value as Filter['severity'] })}>
        <option value="">{words.anySeverity}</option>
        {(['critical', 'warning', 'info'] as const).map((one) => <option key={one} value={one}>{t().shell.severity[one]}</option>)}
      </select>
      {filter.value !== NO_FILTER && <Button slim kind="plain" icon="close" onClick={() => (filter.value = NO_FILTER)}>{words.noFilter}</Button>}
    </div>
  );
}

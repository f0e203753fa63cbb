import type { DataSet } from 'vis-data/esnext';
import type { ChartGroup, ChartItem } from './chartItems.ts';

export function syncGroups(groups: DataSet<ChartGroup>, wanted: readonly ChartGroup[]): void {
  const known = new Map(groups.get().map((group) => [group.id, group.className]));
  const ids = new Set(wanted.map(({ id }) => id));
  const changed = wanted.filter(({ id, className }) => known.get(id) !== className);
  if (changed.length > 0) groups.update(changed);
  groups.remove([...known.keys()].filter((id) => !ids.has(id)));
}

/** Only what changed is touched: each touched item is laid out anew. */
export function syncItems(items: DataSet<ChartItem>, wanted: readonly ChartItem[]): void {
  const ids = new Set(wanted.map(({ id }) => id));
  const gone = items.getIds({ filter: ({ id, kind }) => kind !== 'range' && !ids.has(id) });
  const changed = wanted.filter(({ id, sign }) => items.get(id)?.sign !== sign);
  if (gone.length > 0) items.remove(gone);
  if (changed.length > 0) items.update(changed);
}

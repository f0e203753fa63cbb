import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import type { Gap, Known } from './layers.ts';
import { overlaps } from './span.ts';
import type { Span } from './span.ts';

export type Line =
  | { readonly kind: 'alert'; readonly at: number; readonly alert: AlertOut }
  | { readonly kind: 'event'; readonly at: number; readonly event: EventOut; /** alerts that were given for it */ readonly alerts: number }
  | { readonly kind: 'gap'; readonly at: number; readonly gap: Gap };

export type LineKind = 'all' | 'alerts' | 'events' | 'gaps';

/** What lies in view, newest first, as the list tells it. */
export function linesOf({ alerts, events, gaps }: Pick<Known, 'alerts' | 'events' | 'gaps'>, cameras: readonly string[], view: Span, kind: LineKind): Line[] {
  const here = new Set(cameras);
  const told = new Map<string, number>();
  for (const alert of alerts) for (const { event_id: id } of alert.evidence) told.set(id, (told.get(id) ?? 0) + 1);
  const lines: Line[] = [];
  if (kind === 'all' || kind === 'alerts') {
    for (const alert of alerts) if (here.has(alert.camera) && alert.happened_at_ms >= view.from && alert.happened_at_ms <= view.to) lines.push({ kind: 'alert', at: alert.happened_at_ms, alert });
  }
  if (kind === 'all' || kind === 'events') {
    for (const event of events) if (here.has(event.camera) && event.start_ms <= view.to && event.end_ms >= view.from) lines.push({ kind: 'event', at: event.start_ms, event, alerts: told.get(event.id) ?? 0 });
  }
  if (kind === 'all' || kind === 'gaps') {
    for (const gap of gaps) if (here.has(gap.camera) && overlaps(gap, view)) lines.push({ kind: 'gap', at: gap.from, gap });
  }
  return lines.sort((a, b) => b.at - a.at || ORDER[a.kind] - ORDER[b.kind]);
}

const ORDER = { alert: 0, event: 1, gap: 2 } as const;

import { effect, signal } from '@preact/signals';
import type { AlertOut, AlertsOut } from '../../api/schemas/alerts.ts';
import type { EventOut, EventsOut } from '../../api/schemas/events.ts';
import { get } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { clock } from '../i18n/times.ts';
import { session } from '../session.ts';
import { toast } from '../ui/toast.tsx';
import { connections, heard } from './feed.ts';
import { merged } from './merge.ts';

/** The newest alerts and events, newest first, each in its newest phase; those that were taken back are gone. */
export const alerts = signal<readonly AlertOut[]>([]);
export const events = signal<readonly EventOut[]>([]);
/** Alerts that came since the page was opened and were not looked at. */
export const unseen = signal(0);

const HELD = 200;

async function readNewest(): Promise<void> {
  try {
    const [someAlerts, someEvents] = await Promise.all([
      get<AlertsOut>('/v1/alerts', { limit: 100, order: 'desc' }),
      get<EventsOut>('/v1/events', { limit: 100, order: 'desc' }),
    ]);
    alerts.value = someAlerts.items.reduceRight((list, one) => merged(list, one, HELD), alerts.value);
    events.value = someEvents.items.reduceRight((list, one) => merged(list, one, HELD), events.value);
  } catch (error) {
    // the views that show them ask for themselves and tell what is wrong
    if (!(error instanceof Problem)) throw error;
  }
}

/** Called once. */
export function keepAlerts(): void {
  heard('event', (event) => (events.value = merged(events.value, event, HELD)));
  heard('alert', take);
  heard('dropped', () => {
    toast({ text: t().shell.dropped, tone: 'warning', icon: 'warning' });
    void readNewest();
  });
  effect(() => {
    if (connections.value > 0 && session.peek().state === 'in') void readNewest();
  });
  effect(() => {
    if (session.value.state !== 'out') return;
    alerts.value = [];
    events.value = [];
  });
}

function take(alert: AlertOut): void {
  const first = alert.phase === 'new' && !alerts.value.some(({ id }) => id === alert.id);
  alerts.value = merged(alerts.value, alert, HELD);
  if (!first) return;
  unseen.value++;
  toast({
    heard: t().shell.alert,
    text: alert.rule_text,
    detail: `${alert.camera} · ${clock(alert.happened_at_ms)} · ${alert.event}`,
    icon: 'bell', opens: { alert: alert.id, event: null },
    ...(alert.severity === 'info' ? {} : { tone: alert.severity }),
  });
}

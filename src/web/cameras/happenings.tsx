import { t } from '../i18n/language.ts';
import { withQuery } from '../router.ts';
import { alerts, events } from '../store/alerts.ts';
import { Icon } from '../ui/icon.tsx';
import { Time } from '../ui/time.tsx';

/** The newest events of a camera, those that were alerted marked; each opens what is known of it. */
export function Happenings({ camera, most }: { camera: string; most: number }) {
  const those = events.value.filter((event) => event.camera === camera).slice(0, most);
  if (those.length === 0) return <p class="small faint">{t().live.nothing}</p>;
  const alerted = new Map(alerts.value.filter((alert) => alert.camera === camera).map((alert) => [alert.event_id, alert]));
  return (
    <ul class="happenings">
      {those.map((event) => {
        const alert = alerted.get(event.id);
        return (
          <li key={event.id}>
            <a href={withQuery(alert ? { alert: alert.id, event: null } : { event: event.id, alert: null })}>
              <Time at={event.start_ms} />
              <span class="clip-line" title={event.event}>{event.event}</span>
              {alert && <span class={`bell ${alert.severity}`}><Icon name="bell" size={15} label={alert.rule_text} /></span>}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

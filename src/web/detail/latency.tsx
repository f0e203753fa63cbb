import type { AlertOut } from '../../api/schemas/alerts.ts';
import { t } from '../i18n/language.ts';
import { lasting } from '../i18n/times.ts';
import { partsOf } from './latencyParts.ts';

/** The time from the happening to the message, as a bar of its parts. */
export function Latency({ split }: { split: AlertOut['latency_ms'] }) {
  const words = t().detail;
  const parts = partsOf(split);
  return (
    <section class="stack close">
      <h3>{words.latency}</h3>
      <p class="small quiet numbers">{words.latencyOf(lasting(split.total))}</p>
      <div class="latency" aria-hidden="true">
        {parts.map(({ name, share }) => <span key={name} class={name} style={{ flexGrow: Math.max(share, 0.006) }} />)}
      </div>
      <ul class="latency-parts tiny">
        {parts.map(({ name, ms }) => <li key={name}><span class={`swatch ${name}`} aria-hidden="true" />{words.parts[name]} <span class="quiet numbers">{lasting(ms)}</span></li>)}
      </ul>
    </section>
  );
}

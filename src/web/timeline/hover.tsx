import { signal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { clock, lasting } from '../i18n/times.ts';
import { known } from './state.ts';

/** The mark that the pointer rests on, and where on the screen. */
export const hover = signal<{ readonly id: string; readonly x: number; readonly y: number } | null>(null);

/** What the mark under the pointer is, in a few words. */
export function Hover() {
  const { value } = hover;
  const lines = value ? linesOf(value.id) : undefined;
  if (!value || !lines) return null;
  const [title, ...rest] = lines;
  return (
    <div class="hover" aria-hidden="true" style={{ left: `${Math.min(value.x + 14, innerWidth - 290)}px`, top: `${value.y + 18}px` }}>
      <div class="strong">{title}</div>
      {rest.map((line) => <div key={line} class="small quiet numbers">{line}</div>)}
    </div>
  );
}

function linesOf(mark: string): string[] | undefined {
  const [kind, ...rest] = mark.split(':');
  const id = rest.join(':');
  if (kind === 'event') {
    const one = known.value.events.find((event) => event.id === id);
    return one && [one.event, `${clock(one.start_ms, true)} ±${lasting(one.start_uncertainty_ms)} – ${clock(one.end_ms, true)} ±${lasting(one.end_uncertainty_ms)}`, `${lasting(one.end_ms - one.start_ms)} · ${Math.round(one.confidence * 100)} %`];
  }
  if (kind === 'alert') {
    const one = known.value.alerts.find((alert) => alert.id === id);
    return one && [one.rule_text, one.event, `${clock(one.happened_at_ms, true)} ±${lasting(one.start_uncertainty_ms)} · ${t().shell.severity[one.severity]}`];
  }
  if (kind === 'stamp') {
    const one = known.value.stamps.find((stamp) => stamp.id === id);
    return one && [one.text, `${clock(one.from, true)} – ${clock(one.to, true)}`];
  }
  return undefined;
}

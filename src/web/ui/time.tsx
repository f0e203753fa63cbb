import { signal } from '@preact/signals';
import { clock, dayAndClock, offsetAt, relatively, shortly, zone } from '../i18n/times.ts';
import { t } from '../i18n/language.ts';
import type { AlertOut } from '../../api/schemas/alerts.ts';
import { Badge } from './surfaces.tsx';

/** The wall clock, a tick every ten seconds: for what says how long ago something was. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 10_000);

/** A time (ms) in the viewer's zone; the whole of it appears when the pointer rests on it. */
export function Time({ at, as = 'shortly' }: { at: number; as?: 'shortly' | 'clock' | 'tenths' | 'full' | 'ago' }) {
  const text = { shortly: () => shortly(at), clock: () => clock(at), tenths: () => clock(at, true), full: () => dayAndClock(at), ago: () => relatively(at, now.value) }[as]();
  return (
    <time dateTime={new Date(at).toISOString()} title={`${dayAndClock(at)} ${zone} (${offsetAt(at)})`}>
      {text}
    </time>
  );
}

export function Severity({ of }: { of: AlertOut['severity'] }) {
  return <Badge tone={of} dot>{t().shell.severity[of]}</Badge>;
}

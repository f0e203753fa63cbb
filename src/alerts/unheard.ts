import type { Logger } from '../health/log.ts';

/** Alerts that the broker took and that nobody was there to hear. */
export interface Unheard {
  /** Says whether it is to be kept and repeated. */
  keep(row: { readonly id: string; readonly seq: number }): boolean;
  /** it was heard after all */
  heard(seq: number): void;
  /** something of this alert waits to be repeated, and what follows it has to wait as well */
  waits(alertId: string): boolean;
  stop(): void;
}

/** For so long an alert is repeated to an empty hall: subscribers of a broker that was restarted need a moment to come back. */
const PATIENCE = 60_000;
const FIRST_WAIT = 500;
const MOST_WAIT = 16_000;
/** What would be repeated at once; what comes beyond it counts as delivered. */
const MOST = 1000;

/** `again` is called when what waits should be sent once more. */
export function unheard(again: () => void, log: Logger): Unheard {
  /** since when, by seq */
  const kept = new Map<number, number>();
  const waiting = new Set<string>();
  let wait = FIRST_WAIT;
  let timer: NodeJS.Timeout | undefined;

  function repeat(): void {
    clearTimeout(timer);
    timer = undefined;
    wait = Math.min(MOST_WAIT, wait * 2);
    waiting.clear();
    if (kept.size > 0) again();
  }

  return {
    keep({ id, seq }) {
      const now = performance.now();
      const since = kept.get(seq) ?? now;
      if (kept.size === 0) log.warn({ alert: id }, 'nobody is subscribed to alerts; they are repeated for a minute');
      if (now - since > PATIENCE || (kept.size >= MOST && !kept.has(seq))) {
        kept.delete(seq);
        return false;
      }
      kept.set(seq, since);
      waiting.add(id);
      timer ??= setTimeout(repeat, wait);
      return true;
    },
    heard(seq) {
      kept.delete(seq);
      wait = FIRST_WAIT;
      // Somebody is there: what waits for an audience need not wait longer.
      if (waiting.size > 0) repeat();
    },
    waits: (alertId) => waiting.has(alertId),
    stop: () => clearTimeout(timer),
  };
}

import type { Coverage, Look } from '../record.ts';
import type { Event } from '../values.ts';
import type { Store, StoredAlert } from './store.ts';

/** Something new in the log. */
export type StoreNews =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'alert'; readonly alert: StoredAlert }
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'coverage'; readonly gap: Coverage };

/** Acknowledgements at once of which each is told: of more, an outbox that catches up, nobody waits for news. */
const MOST_DELIVERED = 20;

/** The same store, whose writes are told to `hear` once they are made. */
export function overheard(store: Store, hear: (news: StoreNews) => void): Store {
  const newest = (id: string): void => {
    const alert = store.alert(id).at(-1);
    if (alert) hear({ kind: 'alert', alert });
  };
  const given = (alerts: Parameters<Store['putAlerts']>[0]): void => {
    for (const alert of alerts) hear({ kind: 'alert', alert: { ...alert, delivered: false } });
  };
  return {
    ...store,
    putEvent(event) {
      store.putEvent(event);
      hear({ kind: 'event', event });
    },
    putLook(look) {
      store.putLook(look);
      hear({ kind: 'look', look });
    },
    putAlert(alert) {
      store.putAlert(alert);
      given([alert]);
    },
    putAlerts(alerts) {
      store.putAlerts(alerts);
      given(alerts);
    },
    setMedia(id, media) {
      store.setMedia(id, media);
      newest(id);
    },
    markPublished(id, phase, at, seq) {
      store.markPublished(id, phase, at, seq);
      newest(id);
    },
    markAllPublished(sent) {
      store.markAllPublished(sent);
      if (sent.length <= MOST_DELIVERED) for (const id of new Set(sent.map((one) => one.id))) newest(id);
    },
    ...gapsOf(store, hear),
  };
}

function gapsOf(store: Store, hear: (news: StoreNews) => void): Pick<Store, 'putCoverage' | 'openGap' | 'closeGap'> {
  return {
    putCoverage(gap) {
      store.putCoverage(gap);
      hear({ kind: 'coverage', gap });
    },
    openGap(camera, reason, detail, at) {
      store.openGap(camera, reason, detail, at);
      hear({ kind: 'coverage', gap: { camera, reason, detail, start: at, end: null } });
    },
    closeGap(camera, at, reason) {
      const open = store.coverage({ camera, since: at, limit: 20, ...(reason ? { reason } : {}) }).filter((gap) => gap.end === null);
      store.closeGap(camera, at, reason);
      for (const gap of open) hear({ kind: 'coverage', gap: { ...gap, end: Math.max(gap.start, at) } });
    },
  };
}

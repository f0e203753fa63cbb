import type { Publisher } from '../alerts/publisher.ts';
import type { Logger } from '../health/log.ts';
import type { Store } from '../store/store.ts';
import type { RecentFrames } from '../window/recentFrames.ts';
import type { CameraStates } from './cameraStates.ts';
import type { CameraSinks } from './cameras.ts';
import { guard } from './guard.ts';
import type { WatchNews } from './watchNews.ts';
import type { WatchedTime } from './watched.ts';

export interface StatusRooms {
  readonly store: Store;
  readonly publisher: Publisher;
  readonly watched: WatchedTime;
  readonly news: WatchNews;
  readonly states: CameraStates;
  readonly frames: Pick<RecentFrames, 'forget'>;
  /** cameras of which nothing is known but that Lookout did not run (upkeep.ts), and since when (ms) */
  readonly absent: Map<string, number>;
  readonly log: Logger;
}

type Status = Parameters<CameraSinks['status']>[1];

/** A camera's state goes to MQTT (retained) and to those who look on, and every time in which it is not watched into the log. */
export function statusSink(rooms: StatusRooms): Pick<CameraSinks, 'status' | 'gone' | 'gap'> {
  const { store, publisher, watched, news, states, absent, log } = rooms;
  return {
    status(camera, status) {
      if (status.state !== 'online') watched.offline(camera);
      guard(log, () => keep(rooms, camera, status));
      states.set(camera, status);
      publisher.publishStatus(camera, { ...status, since: new Date(status.since).toISOString(), since_ms: status.since });
    },
    gone(camera) {
      watched.offline(camera);
      news.gone(camera);
      absent.delete(camera);
      rooms.frames.forget(camera);
      guard(log, () => store.closeGap(camera, Date.now()));
      states.set(camera, undefined);
      publisher.clearStatus(camera);
    },
    gap: (gap) => {
      watched.gap(gap);
      guard(log, () => store.putCoverage(gap));
    },
  };
}

/** The gap that was left while Lookout did not run goes on until the first picture, unless something else is known to keep it away. */
function keep({ store, news, absent }: StatusRooms, camera: string, status: Status): void {
  if (status.state === 'online') {
    absent.delete(camera);
    store.closeGap(camera, status.since);
    news.online(camera, status.since);
    return;
  }
  const since = absent.get(camera) ?? status.since;
  const why = whyAway(status);
  news.away(camera, why, since);
  if (status.state === 'connecting' && absent.has(camera)) return;
  if (absent.delete(camera) || why.reason === 'disabled') store.closeGap(camera, status.since, 'offline');
  store.openGap(camera, why.reason, why.detail, status.since);
}

function whyAway(status: Status): { readonly reason: 'disabled' | 'offline'; readonly detail: string } {
  if (status.state === 'disabled') return { reason: 'disabled', detail: 'Switched off in the configuration.' };
  return { reason: 'offline', detail: 'reason' in status && status.reason ? status.reason : 'Connecting.' };
}

import type { Publisher } from '../alerts/publisher.ts';
import type { Logger } from '../health/log.ts';
import type { Store } from '../store/store.ts';
import type { CameraStates } from './cameraStates.ts';
import type { CameraSinks } from './cameras.ts';
import { guard } from './guard.ts';
import type { WatchedTime } from './watched.ts';

/** A camera's state goes to MQTT (retained) and to those who look on, and every time in which it is not watched into the log. */
export function statusSink(store: Store, publisher: Publisher, watched: WatchedTime, states: CameraStates, log: Logger): Pick<CameraSinks, 'status' | 'gone' | 'gap'> {
  return {
    status(camera, status) {
      if (status.state !== 'online') watched.offline(camera);
      guard(log, () => {
        if (status.state === 'online') {
          store.closeGap(camera, status.since);
          return;
        }
        const reason = status.state === 'disabled' ? 'disabled' : 'offline';
        const detail = 'reason' in status && status.reason ? status.reason : status.state === 'disabled' ? 'Switched off in the configuration.' : 'Connecting.';
        store.openGap(camera, reason, detail, status.since);
      });
      states.set(camera, status);
      publisher.publishStatus(camera, { ...status, since: new Date(status.since).toISOString(), since_ms: status.since });
    },
    gone(camera) {
      watched.offline(camera);
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

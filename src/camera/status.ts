import { BehaviorSubject } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { TimeSource } from '../values.ts';
import { createClockNotice } from './clockNotice.ts';
import type { StreamFacts } from './facts.ts';

export interface CameraStatus {
  readonly state: 'connecting' | 'online' | 'offline';
  /** wall clock, ms: of the first frame when online, of the last moment that was watched (or of the start) when offline */
  readonly since: number;
  readonly reason?: string;
  readonly code?: ErrorCode;
  /** ms by which the camera's own clock is plainly wrong, ahead (+) or behind (−) */
  readonly clockOffset?: number;
}

/** A camera's status as its process's messages make it; each change is logged once. */
export interface StatusKeeper {
  readonly status$: BehaviorSubject<CameraStatus>;
  /** a frame of this wall clock (ms) has come */
  frame(at: number, timeSource: TimeSource): void;
  facts(facts: StreamFacts): void;
  offline(code: ErrorCode, reason: string): void;
  /** a file has been played */
  ended(): void;
  /** why it is offline, if it is */
  readonly fault: LookoutError | undefined;
}

export function createStatusKeeper(camera: string, log: Logger): StatusKeeper {
  const status$ = new BehaviorSubject<CameraStatus>({ state: 'connecting', since: Date.now() });
  const clockNews = createClockNotice();
  let watched: number | undefined;

  const hearClock = (offset: number | null, believed: string): void => {
    const { clockOffset: _before, ...status } = status$.value;
    status$.next(offset === null ? status : { ...status, clockOffset: offset });
    if (offset === null) log.info({ camera }, "the camera's clock is right again");
    else log.warn({ camera, offset_ms: offset, believed }, `the camera's clock is ${(Math.abs(offset) / 1000).toFixed(1)} s ${offset > 0 ? 'ahead' : 'behind'}`);
  };
  return {
    status$,
    frame(at, timeSource) {
      watched = Math.max(watched ?? at, at);
      if (status$.value.state === 'online') return;
      log.info({ camera, time_source: timeSource }, 'online');
      status$.next({ state: 'online', since: at });
    },
    facts({ until, clock }) {
      // a camera that sleeps through packets is watched as well
      if (status$.value.state === 'online') watched = until ?? watched;
      const news = clockNews(clock);
      if (news !== undefined) hearClock(news, clock.believed);
    },
    offline(code, reason) {
      const { state, since } = status$.value;
      if (state !== 'offline') log.warn({ camera, code }, `offline: ${reason}`);
      status$.next({ state: 'offline', since: state === 'offline' ? since : (watched ?? since), code, reason });
    },
    ended: () => status$.next({ state: 'offline', since: watched ?? Date.now(), reason: 'The file has been played to its end.' }),
    get fault() {
      const { state, code, reason } = status$.value;
      return state === 'offline' ? new LookoutError(code ?? 'CAMERA_UNREACHABLE', reason ?? `camera ${camera} is offline.`) : undefined;
    },
  };
}

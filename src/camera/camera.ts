import { BehaviorSubject, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { ErrorCode } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import { parseAddress } from '../ingest/address.ts';
import type { FrameSize } from '../ingest/frameSize.ts';
import type { NetworkRules } from '../network/rules.ts';
import type { SampleOptions } from '../sample/sampler.ts';
import type { Secret } from '../secret.ts';
import type { Frame } from '../values.ts';
import type { CameraInit, FromCamera, Looked } from './cameraWire.ts';
import type { StreamFacts } from './facts.ts';

export interface CameraOptions {
  readonly id: string;
  /** rtsp(s)://, rtmp(s)://, http(s):// (FLV, TS, HLS), or a video file, which is played once as if it were live */
  readonly url: Secret;
  readonly frameSize: FrameSize;
  /** which frames are kept */
  readonly sample: SampleOptions;
  /** whereto the camera's process may connect; by default neither to this machine nor to link-local or metadata addresses */
  readonly network?: NetworkRules;
  /** of RTSP; TCP by default */
  readonly transport?: 'tcp' | 'udp';
  /** whose clock is believed; `auto`: the camera's, unless it is plainly wrong */
  readonly clock?: 'auto' | 'camera' | 'arrival';
  readonly hardware?: 'auto' | 'off';
  /** false: every picture is decoded. Default true, where the sampling is adaptive */
  readonly gate?: boolean;
  /** fills `looked$` */
  readonly tell?: boolean;
}

export interface CameraStatus {
  readonly state: 'connecting' | 'online' | 'offline';
  /** wall clock, ms: of the first frame when online, of the last moment that was watched (or of the start) when offline */
  readonly since: number;
  readonly reason?: string;
  readonly code?: ErrorCode;
}

export interface CameraStream {
  /** the kept frames in order of capture; completes when the signal aborts, or at a file's end */
  readonly frames$: Observable<Frame>;
  /** every picture that was looked at, if they are to be told */
  readonly looked$: Observable<Looked>;
  /** the present status first, then every change */
  readonly status$: Observable<CameraStatus>;
  /** intervals (wall clock, ms) left out because decoding fell behind */
  readonly skipped$: Observable<{ readonly from: number; readonly to: number }>;
  /** what the stream is and costs, once a second */
  readonly facts$: Observable<StreamFacts>;
  readonly childPid: number | undefined;
}

/** Decoded 4K pictures, packets since the last keyframes, libav's buffers and the interpreter. */
const MEMORY_MB = 768;
/** With four of them unheard a camera's process counts as hung: within 8 s, as for a silent camera, ms. */
const HEARTBEAT = 1700;

/**
 * Watches a camera in a child process of its own until `signal` aborts, reconnecting as long as it takes.
 * Throws CAMERA_URL_SCHEME for an address that is no camera's; everything else that goes wrong is told by `status$`.
 */
export function openCamera(opts: CameraOptions, signal: AbortSignal, log: Logger): CameraStream {
  parseAddress(opts.url.reveal());
  const subjects = {
    frames$: new Subject<Frame>(),
    looked$: new Subject<Looked>(),
    skipped$: new Subject<{ from: number; to: number }>(),
    facts$: new Subject<StreamFacts>(),
    status$: new BehaviorSubject<CameraStatus>({ state: 'connecting', since: Date.now() }),
  };
  const { status$ } = subjects;
  // kept up to date, since a restarted child gets it again
  const init = initOf(opts);
  const child = superviseChild(
    { name: `camera ${opts.id}`, entry: new URL('./cameraChild.ts', import.meta.url), memoryMb: MEMORY_MB, heartbeatMs: HEARTBEAT, init },
    signal,
    log,
  );
  let watched: number | undefined;

  const offline = (code: ErrorCode, reason: string): void => {
    const { state, since } = status$.value;
    if (state !== 'offline') log.warn({ camera: opts.id, code }, `offline: ${reason}`);
    status$.next({ state: 'offline', since: state === 'offline' ? since : (watched ?? since), code, reason });
  };
  const take = (message: FromCamera): void => {
    if (message.kind === 'frame') {
      const { at, timeSource } = message.frame;
      watched = Math.max(watched ?? at, at);
      if (status$.value.state !== 'online') {
        log.info({ camera: opts.id, time_source: timeSource }, 'online');
        status$.next({ state: 'online', since: at });
      }
      subjects.frames$.next({ camera: opts.id, ...message.frame });
    } else if (message.kind === 'looked') subjects.looked$.next(message.looked);
    else if (message.kind === 'offline') offline(message.code, message.detail);
    else if (message.kind === 'encoder') init.encoder = message.delay;
    else if (message.kind === 'facts') {
      if (status$.value.state === 'online') watched = message.facts.until ?? watched;
      subjects.facts$.next(message.facts);
    } else if (message.kind === 'skipped') subjects.skipped$.next({ from: message.from, to: message.to });
    else {
      status$.next({ state: 'offline', since: watched ?? Date.now(), reason: 'The file has been played to its end.' });
      void child.stop();
    }
  };
  child.exits$.subscribe((exit) => offline(exit.code, exit.detail));
  child.messages$.subscribe({
    next: (message) => take(message as FromCamera),
    complete: () => Object.values(subjects).forEach((subject) => subject.complete()),
  });
  const { frames$, looked$, skipped$, facts$ } = subjects;
  return {
    frames$, looked$, skipped$, facts$, status$,
    get childPid() {
      return child.pid;
    },
  };
}

function initOf(opts: CameraOptions): CameraInit {
  const { url, frameSize, sample, network, transport = 'tcp', clock = 'auto', hardware = 'auto', gate = true, tell = false } = opts;
  return {
    url: url.reveal(),
    transport,
    network: { allow: [...(network?.allow ?? [])], tls: network?.tls ?? 'verify' },
    clock,
    hardware,
    frameSize: { ...frameSize },
    sample: { ...sample, masks: sample.masks?.map((polygon) => polygon.map(([x, y]) => [x, y])) },
    gate: gate && sample.adaptive,
    tell,
  };
}

import { BehaviorSubject, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { ErrorCode } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import type { Secret } from '../secret.ts';
import type { Frame } from '../values.ts';
import { parseAddress } from './address.ts';
import type { CameraInit, FromCamera, StreamFacts } from './cameraWire.ts';
import type { FrameSize } from './frameSize.ts';

export interface CameraOptions {
  readonly id: string;
  /** rtsp(s)://, rtmp(s)://, or a video file, which is played once as if it were live */
  readonly url: Secret;
  /** frames handed out a second, at most */
  readonly maxFps: number;
  readonly frameSize: FrameSize;
  /** of RTSP; TCP by default */
  readonly transport?: 'tcp' | 'udp';
  /** whereto the camera's process may connect */
  readonly network?: { readonly allow: readonly string[]; readonly tls: 'verify' | 'any' };
}

export interface CameraStatus {
  readonly state: 'connecting' | 'online' | 'offline';
  /** wall clock, ms: of the first frame when online, of the last frame (or of the start, if none ever came) when offline */
  readonly since: number;
  readonly reason?: string;
  readonly code?: ErrorCode;
}

export interface CameraStream {
  /** in order of capture; completes when the signal aborts, or at a file's end */
  readonly frames$: Observable<Frame>;
  /** the present status first, then every change */
  readonly status$: Observable<CameraStatus>;
  /** intervals (wall clock, ms) left out because decoding fell behind */
  readonly skipped$: Observable<{ readonly from: number; readonly to: number }>;
  /** what the stream is, once a second */
  readonly facts$: Observable<StreamFacts>;
  readonly childPid: number | undefined;
}

/** Decoded 4K pictures, libav's buffers and the interpreter. */
const MEMORY_MB = 768;

/**
 * Watches a camera in a child process of its own until `signal` aborts, reconnecting as long as it takes.
 * Throws CAMERA_URL_SCHEME for an address that is no camera's; everything else that goes wrong is told by `status$`.
 */
export function openCamera(opts: CameraOptions, signal: AbortSignal, log: Logger): CameraStream {
  parseAddress(opts.url.reveal());
  const frames$ = new Subject<Frame>();
  const skipped$ = new Subject<{ from: number; to: number }>();
  const facts$ = new Subject<StreamFacts>();
  const status$ = new BehaviorSubject<CameraStatus>({ state: 'connecting', since: Date.now() });
  const { url, maxFps, frameSize, transport = 'tcp', network = { allow: [], tls: 'verify' } } = opts;
  // kept up to date, since a restarted child gets it again
  const init: CameraInit = { url: url.reveal(), maxFps, frameSize: { ...frameSize }, transport, network: { allow: [...network.allow], tls: network.tls } };
  const child = superviseChild({ name: `camera ${opts.id}`, entry: new URL('./cameraChild.ts', import.meta.url), memoryMb: MEMORY_MB, init }, signal, log);
  let lastFrame: number | undefined;

  const offline = (code: ErrorCode, reason: string): void => {
    const { state, since } = status$.value;
    if (state !== 'offline') log.warn({ camera: opts.id, code }, `offline: ${reason}`);
    status$.next({ state: 'offline', since: state === 'offline' ? since : (lastFrame ?? since), code, reason });
  };
  const take = (message: FromCamera): void => {
    if (message.kind === 'frame') {
      lastFrame = message.frame.at;
      if (status$.value.state !== 'online') {
        log.info({ camera: opts.id, time_source: message.frame.timeSource }, 'online');
        status$.next({ state: 'online', since: lastFrame });
      }
      frames$.next({ camera: opts.id, ...message.frame });
    } else if (message.kind === 'offline') offline(message.code, message.detail);
    else if (message.kind === 'encoder') init.encoder = message.delay;
    else if (message.kind === 'facts') facts$.next(message.facts);
    else if (message.kind === 'skipped') skipped$.next({ from: message.from, to: message.to });
    else {
      status$.next({ state: 'offline', since: lastFrame ?? Date.now(), reason: 'The file has been played to its end.' });
      void child.stop();
    }
  };
  child.exits$.subscribe((exit) => offline(exit.code, exit.detail));
  child.messages$.subscribe({
    next: (message) => take(message as FromCamera),
    complete: () => {
      for (const subject of [frames$, skipped$, facts$, status$]) subject.complete();
    },
  });
  return {
    frames$: frames$.asObservable(),
    status$: status$.asObservable(),
    skipped$: skipped$.asObservable(),
    facts$: facts$.asObservable(),
    get childPid() {
      return child.pid;
    },
  };
}

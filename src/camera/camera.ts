import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { superviseChild } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import { parseAddress } from '../ingest/address.ts';
import type { FrameSize } from '../ingest/frameSize.ts';
import type { NetworkRules } from '../network/rules.ts';
import type { SampleOptions } from '../sample/sampler.ts';
import type { Secret } from '../secret.ts';
import type { Frame } from '../values.ts';
import { cameraSpec } from './cameraSpec.ts';
import type { FromCamera, Looked } from './cameraWire.ts';
import type { StreamFacts } from './facts.ts';
import { createKeeping } from './keeping.ts';
import type { MediaSource } from './keeping.ts';
import { lendTurns } from './lending.ts';
import { createLives } from './live.ts';
import type { LiveStream } from './live.ts';
import type { Recorded } from './recordWire.ts';
import { createStatusKeeper } from './status.ts';
import type { CameraStatus } from './status.ts';

export type { CameraStatus } from './status.ts';

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
  /**
   * how many seconds, and MB, of packets are remembered for `snapshot` and `clip`, and how many seconds of them at least while nothing is
   * decoded. By default nothing is remembered but what shows the present
   */
  readonly record?: { readonly seconds: number; readonly mb: number; readonly before: number } | undefined;
  /** by default nothing is recorded */
  readonly recording?: CameraRecording | undefined;
}

/** How a camera is recorded (recordings/). */
export interface CameraRecording {
  /** the camera's own */
  readonly folder: string;
  /** of a file, s */
  readonly seconds: number;
  /** always; else what `record` asks for */
  readonly continuous: boolean;
  /** so much of the time before an order has to be remembered, s */
  readonly before: number;
}

export interface CameraStream extends MediaSource {
  /** the kept frames in order of capture; completes when the signal aborts, or at a file's end */
  readonly frames$: Observable<Frame>;
  /** every picture that was looked at, if they are to be told */
  readonly looked$: Observable<Looked>;
  /** the present status first, then every change */
  readonly status$: Observable<CameraStatus>;
  /** intervals (wall clock, ms) left out because decoding fell behind */
  readonly skipped$: Observable<{ readonly from: number; readonly to: number }>;
  /** what the stream is and costs, once a second, and every two while the decoder sleeps */
  readonly facts$: Observable<StreamFacts>;
  /** The stream as it comes, from the last keyframe on (live.ts); destroy it when it is not wanted any longer. Rejects with the reason where there is none. */
  live(): Promise<LiveStream>;
  /** Records what was taken from `from` to `to` (wall clock, ms) as far as it is remembered and comes, instead of what was asked for before. */
  record(from: number, to: number): void;
  /** what became of recording */
  readonly recorded$: Observable<Recorded>;
  readonly childPid: number | undefined;
}

/**
 * Watches a camera in a child process of its own until `signal` aborts, reconnecting as long as it takes.
 * Throws CAMERA_URL_SCHEME for an address that is no camera's; everything else that goes wrong is told by `status$`.
 */
export function openCamera(opts: CameraOptions, signal: AbortSignal, log: Logger): CameraStream {
  parseAddress(opts.url.reveal());
  const status = createStatusKeeper(opts.id, log);
  const told = { frames$: new Subject<Frame>(), looked$: new Subject<Looked>(), skipped$: new Subject<{ from: number; to: number }>(), facts$: new Subject<StreamFacts>(), recorded$: new Subject<Recorded>() };
  told.frames$.subscribe(({ at, timeSource }) => status.frame(at, timeSource));
  told.facts$.subscribe(status.facts);
  const spec = cameraSpec(opts);
  // kept up to date, since a restarted child gets it again
  const { init } = spec;
  const child = superviseChild(spec, signal, log);
  const lending = lendTurns(child.send);
  const keeping = createKeeping(opts.id, (order) => (opts.record !== undefined || (order.kind === 'snapshot' && order.at === Number.POSITIVE_INFINITY)) && child.send(order), log);
  const lives = createLives(opts.id, child.send, () => status.fault);
  const take = (message: FromCamera): void => {
    if (message.kind === 'frame') told.frames$.next({ camera: opts.id, ...message.frame });
    else if (message.kind === 'facts') told.facts$.next(message.facts);
    else if (message.kind === 'looked') told.looked$.next(message.looked);
    else if (message.kind === 'skipped') told.skipped$.next({ from: message.from, to: message.to });
    else if (message.kind === 'offline') status.offline(message.code, message.detail);
    else if (message.kind === 'encoder') init.encoder = message.delay;
    else if (message.kind === 'kept') keeping.answered(message);
    else if (message.kind === 'recorded' || message.kind === 'unrecorded') told.recorded$.next(message);
    else if (message.kind === 'live' || message.kind === 'over') lives.told(message);
    else if (message.kind === 'learn') lending.asked(message.turn);
    else if (message.kind === 'learned') lending.over(message.turn);
    else {
      status.ended();
      void child.stop();
    }
  };
  const lost = (): void => {
    lending.over();
    for (const waits of [keeping, lives]) waits.lost();
  };
  child.exits$.subscribe((exit) => {
    status.offline(exit.code, exit.detail);
    lost();
  });
  child.messages$.subscribe({
    next: (message) => take(message as FromCamera),
    complete: () => {
      lost();
      for (const subject of [...Object.values(told), status.status$]) subject.complete();
    },
  });
  return {
    ...told, status$: status.status$,
    snapshot: keeping.snapshot,
    clip: keeping.clip,
    live: lives.live,
    record: (from, to) => {
      if (init.recording) init.recording.wanted = { from, to };
      child.send({ kind: 'record', from, to });
    },
    get childPid() {
      return child.pid;
    },
  };
}

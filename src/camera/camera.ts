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
import type { CameraInit, FromCamera, Looked } from './cameraWire.ts';
import type { StreamFacts } from './facts.ts';
import { createKeeping } from './keeping.ts';
import type { MediaSource } from './keeping.ts';
import { lendTurns } from './lending.ts';
import { createLives } from './live.ts';
import type { LiveStream } from './live.ts';
import { createStatusKeeper } from './status.ts';
import type { CameraStatus } from './status.ts';

export type { LiveStream } from './live.ts';
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
  readonly childPid: number | undefined;
}

/** Decoded 4K pictures, packets since the last keyframes, libav's buffers and the interpreter. */
const MEMORY_MB = 768;
/**
 * One thread waits for packets, one decodes; more would only take turns with cold caches. Pictures are mapped one by one, so that the
 * memory of those that are freed goes back: glibc otherwise keeps it once a few have come and gone.
 */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1000000' };
/**
 * The heap is small and steady: to collect it rarely, and by one thread, costs less than what wakes the others. Decoded frames count
 * as memory of the heap's, and in a heap that begins small each few of them would have it collected.
 */
const FLAGS = ['--single-threaded-gc', '--min-semi-space-size=4', '--max-semi-space-size=4', '--initial-old-space-size=64', '--no-memory-reducer'];
/** With four of them unheard a camera's process counts as hung: within 8 s, as for a silent camera, ms. */
const HEARTBEAT = 1700;

/**
 * Watches a camera in a child process of its own until `signal` aborts, reconnecting as long as it takes.
 * Throws CAMERA_URL_SCHEME for an address that is no camera's; everything else that goes wrong is told by `status$`.
 */
export function openCamera(opts: CameraOptions, signal: AbortSignal, log: Logger): CameraStream {
  parseAddress(opts.url.reveal());
  const status = createStatusKeeper(opts.id, log);
  const frames$ = new Subject<Frame>();
  frames$.subscribe(({ at, timeSource }) => status.frame(at, timeSource));
  const looked$ = new Subject<Looked>();
  const skipped$ = new Subject<{ from: number; to: number }>();
  const facts$ = new Subject<StreamFacts>();
  facts$.subscribe(status.facts);
  // kept up to date, since a restarted child gets it again
  const init = initOf(opts);
  const child = superviseChild(
    { name: `camera ${opts.id}`, entry: new URL('./cameraChild.ts', import.meta.url), memoryMb: MEMORY_MB, heartbeatMs: HEARTBEAT, flags: FLAGS, env: ENVIRONMENT, init },
    signal,
    log,
  );
  const lending = lendTurns(child.send);
  const keeping = createKeeping(opts.id, (order) => (opts.record !== undefined || (order.kind === 'snapshot' && order.at === Number.POSITIVE_INFINITY)) && child.send(order), log);
  const lives = createLives(opts.id, child.send, () => status.fault);
  const take = (message: FromCamera): void => {
    if (message.kind === 'frame') frames$.next({ camera: opts.id, ...message.frame });
    else if (message.kind === 'facts') facts$.next(message.facts);
    else if (message.kind === 'looked') looked$.next(message.looked);
    else if (message.kind === 'skipped') skipped$.next({ from: message.from, to: message.to });
    else if (message.kind === 'offline') status.offline(message.code, message.detail);
    else if (message.kind === 'encoder') init.encoder = message.delay;
    else if (message.kind === 'kept') keeping.answered(message);
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
      for (const subject of [frames$, looked$, skipped$, facts$, status.status$]) subject.complete();
    },
  });
  return {
    frames$, looked$, skipped$, facts$, status$: status.status$,
    snapshot: keeping.snapshot,
    clip: keeping.clip,
    live: lives.live,
    get childPid() {
      return child.pid;
    },
  };
}

function initOf(opts: CameraOptions): CameraInit {
  const { url, frameSize, sample, network, transport = 'tcp', clock = 'auto', hardware = 'auto', gate = true, tell = false, record } = opts;
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
    ...(record ? { record: { ...record } } : {}),
  };
}

import type mpegts from 'mpegts.js';
import type { Problem } from '../api/problem.ts';
import { liveLoader } from './loader.ts';
import { Pace } from './pace.ts';

/** Why a stream is over: it ended or broke (`problem`: Lookout's reason, if it gave one), or this browser cannot play it. */
export type Over = { readonly kind: 'ended'; readonly problem: Problem | undefined } | { readonly kind: 'unplayable' };

export interface StreamListener {
  /** Pictures move. */
  playing(): void;
  over(over: Over): void;
}

/** ms */
const TICK = 200;
/** Without a new picture for so long the stream counts as dead, ms. */
const PATIENCE = 12_000;
/** A picture that comes and stands still all the same, ms. */
const STUCK = 4000;
const HAVE_FUTURE_DATA = 3;
/** Less than this in hand is nothing, s. */
const EMPTY = 0.1;

/** Plays a camera's stream in a video element until it is over or stopped; `over` is called at most once, and not after `stop`. */
export async function playStream(video: HTMLVideoElement, camera: string, listener: StreamListener, signal: AbortSignal): Promise<void> {
  const { default: library } = await import('mpegts.js');
  if (signal.aborted) return;
  if (!library.isSupported()) return listener.over({ kind: 'unplayable' });
  library.LoggingControl.enableAll = false;
  play(library, video, camera, listener, signal);
}

function play(library: typeof mpegts, video: HTMLVideoElement, camera: string, { playing, over }: StreamListener, signal: AbortSignal): void {
  const pace = new Pace();
  let heard = performance.now();
  let open = true;
  const finish = (how?: Over): void => {
    if (!open) return;
    open = false;
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    video.removeEventListener('waiting', dry);
    player.destroy();
    if (how) over(how);
  };
  const stop = (): void => finish();
  const dry = (): void => {
    // at its beginning, and where it leaps, there is nothing yet in any case
    if (!video.seeking && said && left(video) < EMPTY) pace.dry(performance.now());
  };
  let said = false;
  const customLoader = liveLoader(library, camera, () => void (heard = performance.now()), (problem) => finish({ kind: 'ended', problem }));
  const player = library.createPlayer(
    { type: 'flv', isLive: true, hasAudio: false, hasVideo: true, url: `/v1/cameras/${camera}/live` },
    { customLoader, enableStashBuffer: false, lazyLoad: false, deferLoadAfterSourceOpen: false, autoCleanupSourceBuffer: true, autoCleanupMaxBackwardDuration: 20, autoCleanupMinBackwardDuration: 10 },
  );
  player.on(library.Events.ERROR, (_type: string, detail: string) => {
    const unsupported = detail === library.ErrorDetails.MEDIA_CODEC_UNSUPPORTED || detail === library.ErrorDetails.MEDIA_FORMAT_UNSUPPORTED || /NotSupported/i.test(detail);
    finish(unsupported || (detail === library.ErrorDetails.MEDIA_MSE_ERROR && video.readyState === 0) ? { kind: 'unplayable' } : { kind: 'ended', problem: undefined });
  });
  const watch = keepUp(video, pace, () => {
    said = true;
    playing();
  });
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - heard > PATIENCE || watch(now) > STUCK) finish({ kind: 'ended', problem: undefined });
  }, TICK);
  signal.addEventListener('abort', stop, { once: true });
  video.addEventListener('waiting', dry);
  player.attachMediaElement(video);
  player.load();
}

/** Seconds that have come and are not shown yet. */
function left({ buffered, currentTime }: HTMLVideoElement): number {
  return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
}

/** Follows the present. Each call returns for how long the picture has stood still though there is a newer one, ms. */
function keepUp(video: HTMLVideoElement, pace: Pace, playing: () => void): (now: number) => number {
  let shown = -1;
  let moved: number | undefined;
  let said = false;
  return (now) => {
    const { buffered } = video;
    if (buffered.length === 0) return 0;
    const end = buffered.end(buffered.length - 1);
    const start = buffered.start(buffered.length - 1);
    const ahead = video.currentTime >= start && video.currentTime <= end ? end - video.currentTime : undefined;
    const { behind, rate } = pace.next(ahead, now);
    if (behind !== undefined) video.currentTime = Math.max(start, end - behind);
    if (video.playbackRate !== rate) video.playbackRate = rate;
    // a browser that saves power pauses by itself
    if (video.paused) video.play().catch(() => undefined);
    if (video.currentTime !== shown || video.readyState < HAVE_FUTURE_DATA) moved = now;
    shown = video.currentTime;
    if (!said && video.readyState >= HAVE_FUTURE_DATA && !video.paused) {
      said = true;
      playing();
    }
    return now - (moved ?? now);
  };
}

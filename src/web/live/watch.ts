import { signal as valueOf } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Problem } from '../api/problem.ts';
import { pause, showStills } from './stills.ts';
import { playStream } from './stream.ts';
import type { Over } from './stream.ts';

/** What a live picture is at. `stills`: single pictures, since this browser cannot play the stream, or too many watch. */
export type LiveState =
  | { readonly kind: 'connecting' | 'live' | 'paused' }
  | { readonly kind: 'stills'; readonly url: string | undefined }
  | { readonly kind: 'offline'; readonly problem: Problem | undefined };

export interface Watching {
  readonly state: ReadonlySignal<LiveState>;
  stop(): void;
}

/** A tab that nobody sees plays on for so long, ms: people switch to and fro. */
const HIDDEN = 10_000;
/** ms */
const FIRST = 500;
const LONGEST = 15_000;
/** A stream that has played for so long was a good one, ms. */
const GOOD = 5000;
/** What was broken or full is tried again after single pictures for so long, ms. */
const STILLS = 60_000;
/** Streams that a browser took and could not play, after which it is left at single pictures. */
const MOST_BROKEN = 3;

/** Shows a camera in a video element for as long as the page is seen: its stream, begun anew where it breaks, or else single pictures. `leaving` is called before a picture goes. */
export function watchCamera(video: HTMLVideoElement, camera: string, leaving: () => void): Watching {
  const state = valueOf<LiveState>({ kind: 'connecting' });
  const over = new AbortController();
  let run: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const begin = (): void => {
    clearTimeout(timer);
    if (run || over.signal.aborted) return;
    run = new AbortController();
    void follow(video, camera, state, leaving, AbortSignal.any([run.signal, over.signal]));
  };
  const rest = (): void => {
    leaving();
    run?.abort();
    run = undefined;
    state.value = { kind: 'paused' };
  };
  const seen = (): void => {
    if (!document.hidden) begin();
    else timer = setTimeout(rest, HIDDEN);
  };
  document.addEventListener('visibilitychange', seen);
  if (document.hidden) state.value = { kind: 'paused' };
  else begin();
  return {
    state,
    stop() {
      document.removeEventListener('visibilitychange', seen);
      clearTimeout(timer);
      over.abort();
    },
  };
}

type Holder = { value: LiveState };

async function follow(video: HTMLVideoElement, camera: string, state: Holder, leaving: () => void, signal: AbortSignal): Promise<void> {
  let wait = FIRST;
  let broken = 0;
  while (!signal.aborted) {
    if (state.value.kind !== 'offline') state.value = { kind: 'connecting' };
    const began = performance.now();
    const how = await once(video, camera, () => (state.value = { kind: 'live' }), leaving, signal);
    if (signal.aborted) return;
    const good = performance.now() - began > GOOD;
    const problem = how.kind === 'ended' ? how.problem : undefined;
    const known = problem?.code;
    broken = how.kind === 'ended' && !known && !good ? broken + 1 : 0;
    if (how.kind === 'unplayable' || known === 'LIVE_UNPLAYABLE') await stills(camera, state, Number.POSITIVE_INFINITY, signal);
    else if (known === 'LIVE_BUSY' || broken >= MOST_BROKEN) await stills(camera, state, STILLS, signal);
    else {
      state.value = problem ? { kind: 'offline', problem } : { kind: 'connecting' };
      wait = good ? FIRST : Math.min(LONGEST, 2 * wait);
      await pause(wait * (0.75 + Math.random() / 2), signal);
    }
  }
}

/** One stream, from its beginning to its end. */
function once(video: HTMLVideoElement, camera: string, playing: () => void, leaving: () => void, signal: AbortSignal): Promise<Over> {
  return new Promise((resolve) => {
    const ended: Over = { kind: 'ended', problem: undefined };
    const stop = new AbortController();
    const over = (how: Over): void => {
      leaving();
      stop.abort();
      resolve(how);
    };
    signal.addEventListener('abort', () => over(ended), { once: true, signal: stop.signal });
    playStream(video, camera, { playing, over }, AbortSignal.any([signal, stop.signal])).catch(() => over(ended));
  });
}

async function stills(camera: string, state: Holder, ms: number, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  state.value = { kind: 'stills', url: undefined };
  const shown = showStills(camera, { picture: (url) => (state.value = { kind: 'stills', url }), failed: (problem) => (state.value = { kind: 'offline', problem }) }, until);
  if (Number.isFinite(ms)) await Promise.race([pause(ms, signal), shown]);
  else await shown;
  stop.abort();
}

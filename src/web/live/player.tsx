import './player.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { watchCamera } from './watch.ts';
import type { LiveState } from './watch.ts';

/** A camera as it is now, for as long as this is mounted and seen; what it last showed stays until there is something newer. How many play at once is the page's matter. */
export function LivePlayer({ camera }: { camera: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const last = useRef<HTMLCanvasElement>(null);
  const state = useSignal<LiveState>({ kind: 'connecting' });
  useEffect(() => {
    if (!video.current) return undefined;
    const watching = watchCamera(video.current, camera, () => keep(video.current, last.current));
    const deaf = watching.state.subscribe((now) => (state.value = now));
    return () => {
      deaf();
      watching.stop();
    };
  }, [camera]);
  const { kind } = state.value;
  const still = state.value.kind === 'stills' ? state.value.url : undefined;
  return (
    <div class={`live-player is-${kind}`} data-state={kind}>
      <canvas ref={last} class="last-picture" aria-hidden="true" />
      <video ref={video} muted playsInline disableRemotePlayback aria-label={t().player.of(camera)} />
      {still && <img src={still} alt={t().player.of(camera)} />}
      <Said state={state.value} />
    </div>
  );
}

/** In words what the picture is. */
function Said({ state }: { state: LiveState }) {
  const words = t().player;
  const problem = state.kind === 'offline' ? state.problem : undefined;
  return (
    <p class="player-state" role="status" title={problem ? `${problem.message} ${problem.remedy}` : undefined}>
      <span class="dot" aria-hidden="true" />
      {words[state.kind]}
      {problem && <span class="why">{problem.message}</span>}
    </p>
  );
}

/** Keeps what a video shows, for the time without it. */
function keep(video: HTMLVideoElement | null, canvas: HTMLCanvasElement | null): void {
  if (!video || !canvas || video.videoWidth === 0 || video.readyState < 2) return;
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext('2d')?.drawImage(video, 0, 0);
}

import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { t } from '../i18n/language.ts';
import { clock, lasting } from '../i18n/times.ts';
import { Button } from '../ui/button.tsx';
import { Notice, Progress } from '../ui/surfaces.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { drop } from './video.ts';
import type { Video } from './video.ts';
import { VideoChart } from './videoChart.tsx';
import type { VideoStamp } from './videoChart.tsx';

/** The video with a timeline of its own, on which the answer's times are marked. */
export function Player({ of, stamps, player }: { of: Video; stamps: readonly VideoStamp[]; player: RefObject<HTMLVideoElement | null> }) {
  const words = t().upload;
  const broken = useSignal(false);
  const now = useSignal(0);
  const length = useSignal((of.upload?.duration_ms ?? 0) / 1000);
  const seconds = length.value || (of.upload?.duration_ms ?? 0) / 1000;
  const seek = (to: number): void => {
    now.value = to;
    if (player.current) player.current.currentTime = to;
  };
  return (
    <div class="stack">
      <div class="row apart">
        <span class="strong clip-line">{of.upload ? words.ready(of.name, lasting(seconds * 1000)) : of.name}</span>
        <Button slim kind="plain" icon={of.upload ? 'remove' : 'close'} onClick={() => void drop()}>{of.upload ? words.remove : words.cancel}</Button>
      </div>
      {of.problem && <ProblemNote problem={of.problem} />}
      {!of.upload && !of.problem && (
        <div class="stack close">
          <Progress share={of.share < 1 ? of.share : undefined} label={words.uploading(of.name)} />
          <span class="small quiet numbers">{of.share < 1 ? `${words.uploading(of.name)} · ${Math.round(of.share * 100)} %` : words.checking}</span>
        </div>
      )}
      {broken.value ? <Notice>{words.cannotPlay}</Notice> : (
        <video
          class="shot" ref={player} src={of.url} controls playsinline muted aria-label={words.player} onError={() => (broken.value = true)}
          onTimeUpdate={(event) => (now.value = event.currentTarget.currentTime)}
          onLoadedMetadata={({ currentTarget: { duration, videoWidth } }) => {
            broken.value = videoWidth === 0;
            if (Number.isFinite(duration)) length.value = duration;
          }}
        />
      )}
      {seconds > 0 && <VideoChart seconds={seconds} now={now.value} stamps={stamps} onSeek={seek} />}
      {of.upload && <p class="tiny faint">{words.until(clock(of.upload.expires_at_ms))}</p>}
    </div>
  );
}

import { useSignal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Notice } from '../ui/surfaces.tsx';

/** The picture of an alert, if there is one. */
export function Picture({ src, says }: { src: string | null; says: string }) {
  if (src === null) return <p class="small quiet">{t().detail.noPicture}</p>;
  return <img class="shot" src={src} alt={says} />;
}

/** A film with the browser's own controls; where it cannot be played, it can be kept. */
export function Film({ src, poster, at }: { src: string; poster?: string; at?: number }) {
  const words = t().detail;
  const broken = useSignal(false);
  const blind = (video: HTMLVideoElement): void => {
    // sound without a picture: the browser has no decoder for the codec
    if (video.videoWidth === 0) broken.value = true;
    else if (at !== undefined) video.currentTime = at;
  };
  return (
    <div class="stack close">
      {broken.value ? <Notice tone="warning">{words.cannotPlay}</Notice> : (
        <video class="shot" src={src} controls playsinline muted preload="metadata" {...(poster === undefined ? {} : { poster })} onError={() => (broken.value = true)} onLoadedMetadata={(event) => blind(event.currentTarget)} />
      )}
      <div><ButtonLink slim kind="plain" icon="download" href={src} download="" data-outside>{words.download}</ButtonLink></div>
    </div>
  );
}

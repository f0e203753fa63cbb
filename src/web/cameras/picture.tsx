import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CameraOut } from '../../api/schemas/cameras.ts';
import { address } from '../api/client.ts';
import { t } from '../i18n/language.ts';
import { LivePlayer } from '../live/player.tsx';
import { Icon } from '../ui/icon.tsx';
import { turnOf, watchSight } from './players.ts';

/** What a camera shows: its stream while it may play, else a still picture now and then. */
export function Picture({ camera }: { camera: CameraOut }) {
  const element = useRef<HTMLDivElement>(null);
  const online = camera.status.state === 'online';
  const turn = turnOf(camera.id);
  useEffect(() => (element.current && online ? watchSight(element.current, camera.id) : undefined), [camera.id, online]);
  useEffect(() => (element.current ? takeShape(element.current) : undefined), []);
  return (
    <div class="picture" ref={element}>
      {!online && <Dark />}
      {online && turn === 'stream' && <LivePlayer camera={camera.id} />}
      {online && turn === 'still' && <Still camera={camera.id} />}
    </div>
  );
}

/** Narrower or wider ones keep bars. */
const SHAPES = { least: 1, most: 2.4 };

/** Lets a place have the shape of the picture that is shown in it. @returns what ends it */
function takeShape(place: HTMLElement): () => void {
  const look = ({ target }: Event): void => {
    const [width, height] = target instanceof HTMLVideoElement ? [target.videoWidth, target.videoHeight] : target instanceof HTMLImageElement ? [target.naturalWidth, target.naturalHeight] : [0, 0];
    if (height > 0) place.style.aspectRatio = String(Math.min(SHAPES.most, Math.max(SHAPES.least, width / height)));
  };
  // these events do not rise, so they are caught on their way down
  const kinds = ['loadedmetadata', 'resize', 'load'];
  for (const kind of kinds) place.addEventListener(kind, look, { capture: true });
  return () => {
    for (const kind of kinds) place.removeEventListener(kind, look, { capture: true });
  };
}

function Dark() {
  return (
    <div class="dark-picture">
      <Icon name="live" size={30} />
      <span class="small">{t().live.noPicture}</span>
    </div>
  );
}

const EVERY_MS = 10_000;

/** A picture of now, and a newer one every ten seconds. */
function Still({ camera }: { camera: string }) {
  const source = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    const look = async (): Promise<void> => {
      const picture = await fetch(address(`/v1/cameras/${camera}/snapshot`), { signal: stop.signal, cache: 'no-store' }).then((response) => (response.ok ? response.blob() : undefined)).catch(() => undefined);
      if (!picture || stop.signal.aborted) return;
      const url = URL.createObjectURL(picture);
      if (source.value) URL.revokeObjectURL(source.value);
      source.value = url;
    };
    void look();
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
      if (source.value) URL.revokeObjectURL(source.value);
    };
  }, [camera]);
  return source.value ? <img src={source.value} alt={t().live.still} /> : <Dark />;
}

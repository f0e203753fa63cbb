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
  return (
    <div class="picture" ref={element}>
      {!online && <Dark />}
      {online && turn === 'stream' && <LivePlayer camera={camera.id} />}
      {online && turn === 'still' && <Still camera={camera.id} />}
    </div>
  );
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

import { address } from '../api/client.ts';
import { t } from '../i18n/language.ts';
import { clock } from '../i18n/times.ts';
import { recordedIn } from '../timeline/recorded.ts';
import { useLoad } from '../ui/useLoad.ts';
import { filmAround, momentsAround } from './around.ts';
import { Film } from './media.tsx';

const COUNT = 6;

/** Pictures and, with `film`, a film around a happening, from the recording where there is one. */
export function Frames({ camera, from, to, film }: { camera: string; from: number; to: number; film: boolean }) {
  const words = t().detail;
  const { value } = useLoad((signal) => recordedIn({ from: from - 5_000, to: to + 5_000 }, signal, camera), [camera, from, to]);
  const recorded = value.value ?? [];
  const moments = momentsAround({ from, to }, recorded, COUNT);
  const shown = film ? filmAround({ from, to }, recorded) : undefined;
  if (moments.length === 0 && !shown) return film && value.value ? <p class="small quiet">{words.noClip}</p> : null;
  return (
    <section class="stack close">
      {shown && <Film src={address(`/v1/cameras/${camera}/clip`, { from: Math.round(shown.from), to: Math.round(shown.to) })} />}
      <h3>{words.frames}</h3>
      <ol class="frames">
        {moments.map((at) => (
          <li key={at}>
            <img src={address(`/v1/cameras/${camera}/snapshot`, { at })} alt={words.frameAt(clock(at, true))} loading="lazy" />
            <time class="tiny quiet numbers" dateTime={new Date(at).toISOString()}>{clock(at, true)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

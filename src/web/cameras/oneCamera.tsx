import type { CameraOut } from '../../api/schemas/cameras.ts';
import { t } from '../i18n/language.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Panel, View } from '../ui/surfaces.tsx';
import { Time } from '../ui/time.tsx';
import { About } from './about.tsx';
import { Happenings } from './happenings.tsx';
import { Picture } from './picture.tsx';
import { StateBadge } from './status.tsx';

/** One camera, large, with what it saw last and what can be changed of it. */
export function OneCamera({ camera }: { camera: CameraOut }) {
  const words = t().live;
  const { id, status } = camera;
  return (
    <View
      title={id} width="broad"
      text={<span class="row"><StateBadge state={status.state} />{status.since_ms !== null && <span class="small">{words.since} <Time at={status.since_ms} /></span>}</span>}
      actions={<><ButtonLink kind="plain" icon="back" href="/live">{words.back}</ButtonLink><ButtonLink icon="timeline" href="/timeline">{t().timeline.title}</ButtonLink></>}
    >
      <div class="one-camera">
        <div class="stack wide">
          <div class="panel"><div class="frame-of-picture"><Picture camera={camera} /></div></div>
          <About camera={camera} />
        </div>
        <Panel title={words.events}><Happenings camera={id} most={20} /></Panel>
      </div>
    </View>
  );
}

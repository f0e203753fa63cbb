import type { CameraOut } from '../../api/schemas/cameras.ts';
import { t } from '../i18n/language.ts';
import { Icon } from '../ui/icon.tsx';
import { Happenings } from './happenings.tsx';
import { Picture } from './picture.tsx';
import { Complaints, StateBadge } from './status.tsx';

export function CameraCard({ camera }: { camera: CameraOut }) {
  const { id, status } = camera;
  return (
    <article class="panel camera-card" aria-label={id}>
      <div class="frame-of-picture">
        <Picture camera={camera} />
        <a class="cover-link" href={`/live/${id}`} aria-label={t().live.open(id)}><span class="enlarge"><Icon name="large" size={17} /></span></a>
      </div>
      <div class="camera-words">
        <div class="row apart">
          <h2 class="clip-line"><a class="plain-link" href={`/live/${id}`}>{id}</a></h2>
          <StateBadge state={status.state} />
        </div>
        <Complaints status={status} />
        <Happenings camera={id} most={3} />
      </div>
    </article>
  );
}

import type { CameraOut } from '../../api/schemas/cameras.ts';
import { t } from '../i18n/language.ts';
import { lasting } from '../i18n/times.ts';
import { Icon } from '../ui/icon.tsx';
import { Badge } from '../ui/surfaces.tsx';
import type { Tone } from '../ui/surfaces.tsx';

const TONES: Readonly<Record<CameraOut['status']['state'], Tone | undefined>> = { online: 'good', connecting: 'info', offline: 'critical', disabled: undefined, unknown: undefined };

export function StateBadge({ state }: { state: CameraOut['status']['state'] }) {
  const tone = TONES[state];
  return <Badge dot {...(tone ? { tone } : {})}>{t().live.states[state]}</Badge>;
}

/** What is not as it should be: why it is offline, how wrong its clock is. */
export function Complaints({ status }: Pick<CameraOut, 'status'>) {
  const { reason, clock_offset_ms: offset } = status;
  if (!reason && !offset) return null;
  return (
    <div class="complaints small">
      {reason && <p><Icon name="warning" size={16} />{reason}</p>}
      {offset !== null && offset !== 0 && (
        <p><Icon name="clock" size={16} />{offset > 0 ? t().live.clockAhead(lasting(offset)) : t().live.clockBehind(lasting(-offset))}</p>
      )}
    </div>
  );
}

import type { ProbeOut } from '../../api/schemas/cameras.ts';
import { t } from '../i18n/language.ts';
import { lasting, number } from '../i18n/times.ts';
import { Button } from '../ui/button.tsx';
import { CopyText } from '../ui/copyText.tsx';
import { Notice } from '../ui/surfaces.tsx';

/** What a look at an address found. */
export function Found({ probe }: { probe: ProbeOut }) {
  const words = t().live.found;
  return (
    <Notice tone="good" role="status">
      <div class="strong">{words.picture(probe.codec.toUpperCase(), probe.width, probe.height, number(probe.measured_fps, 1))}</div>
      <div class="quiet">{words.network(number(probe.network_mbit_s, 1))} · {words.clock(words.sources[probe.time_source], probe.uncertainty_ms === undefined ? '?' : lasting(probe.uncertainty_ms))}</div>
      <div class="quiet">{words.cost(number(probe.idle_cores, 2), number(probe.busy_cores, 2), number(probe.memory_mb))}</div>
      {probe.ended !== undefined && <div>{probe.ended}</div>}
    </Notice>
  );
}

/** The address that a camera pushes to, told once. */
export function PushAddress({ url, onDone }: { url: string; onDone: () => void }) {
  const words = t().live.form;
  return (
    <div class="stack wide">
      <p>{words.pushTo}</p>
      <CopyText text={url} />
      <div class="row"><Button kind="main" onClick={onDone}>{words.done}</Button></div>
    </div>
  );
}

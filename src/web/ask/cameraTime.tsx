import { useEffect } from 'preact/hooks';
import { locale, t } from '../i18n/language.ts';
import { cameraIds, cameras } from '../store/cameras.ts';
import { ChartView } from '../timeline/chartView.tsx';
import { stretch } from '../timeline/clock.ts';
import { followFeed } from '../timeline/follow.ts';
import { presently } from '../timeline/present.ts';
import { only, range, selecting } from '../timeline/state.ts';
import { Steps } from '../timeline/toolbar.tsx';
import { WhenField } from '../timeline/whenField.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/surfaces.tsx';

/** Which camera, and which time: in words, or on its timeline. */
export function CameraTime({ camera, onCamera }: { camera: string; onCamera: (id: string) => void }) {
  const words = t().ask;
  useEffect(followFeed, []);
  useEffect(() => {
    only.value = camera;
    return () => void (only.value = '');
  }, [camera]);
  if (cameras.value?.length === 0) return <Notice>{words.noCameras}</Notice>;
  return (
    <div class="stack">
      <div class="ask-fields">
        <Field label={words.camera}>{(labelled) => (
          <select class="select" value={camera} onChange={(event) => onCamera(event.currentTarget.value)} {...labelled}>
            {[...new Set([...cameraIds.value, ...(camera === '' ? [] : [camera])])].map((id) => <option key={id} value={id}>{id}</option>)}
          </select>
        )}</Field>
        <div class="field">
          <span class="label" aria-hidden="true">{words.time}</span>
          <WhenField hint={words.timeHint} />
        </div>
        <Button icon="range" aria-pressed={selecting.value} onClick={() => (selecting.value = !selecting.value)}>{t().timeline.select}</Button>
      </div>
      <div class="row apart">
        <p class="small quiet row">
          {range.value ? <><span class="strong numbers">{words.understood(stretch(range.value.from, range.value.to, { locale: locale() }, presently()))}</span><Button slim kind="plain" icon="close" label={words.clearTime} onClick={() => (range.value = null)} /></> : <>{words.timeNow} {words.timeHelp}</>}
        </p>
        <Steps />
      </div>
      <div class="chart-card"><ChartView /></div>
    </div>
  );
}

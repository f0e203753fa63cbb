import { t } from '../i18n/language.ts';
import { cameraIds } from '../store/cameras.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/field.tsx';
import { nearer } from './keys.ts';
import { lengthOf, panned } from './span.ts';
import { filter, follow, following, goPresent, look, selecting, view } from './state.ts';
import { WhenField } from './whenField.tsx';

const MINUTE = 60_000;
const SPANS = [['m5', 5 * MINUTE], ['m15', 15 * MINUTE], ['h1', 60 * MINUTE], ['h6', 360 * MINUTE], ['d1', 1440 * MINUTE], ['d7', 10_080 * MINUTE]] as const;
type SpanName = (typeof SPANS)[number][0];

/** What moves the timeline by hand, for those without wheel and keys. */
export function Toolbar() {
  const words = t().timeline;
  const length = lengthOf(view.value);
  const near = SPANS.find(([, ms]) => Math.abs(ms - length) < ms * 0.02)?.[0] ?? '';
  return (
    <div class="toolbar">
      <WhenField />
      <Steps />
      <Choice
        label={words.span} value={near as SpanName}
        options={SPANS.map(([value]) => ({ value, text: words.spans[value] }))}
        onChange={(name) => setLength(SPANS.find(([one]) => one === name)?.[1] ?? length)}
      />
      <div class="row tight">
        <Button slim icon="range" aria-pressed={selecting.value} onClick={() => (selecting.value = !selecting.value)}>{words.select}</Button>
        <button type="button" class={`button slim live-button ${following.value ? 'on' : ''}`} aria-pressed={following.value} onClick={() => (following.value ? (following.value = false) : follow())}>
          <span class="dot" />
          {following.value ? words.liveOn : words.live}
        </button>
      </div>
    </div>
  );
}

/** Earlier, later, farther, nearer. */
export function Steps() {
  const words = t().timeline;
  return (
    <div class="row tight steps">
      <Button slim icon="back" label={words.earlier} onClick={() => look(panned(view.value, -0.5))} />
      <Button slim icon="next" label={words.later} onClick={() => look(panned(view.value, 0.5))} />
      <Button slim icon="less" label={words.farther} onClick={() => nearer(2)} />
      <Button slim icon="add" label={words.nearer} onClick={() => nearer(0.5)} />
    </div>
  );
}

function setLength(length: number): void {
  if (following.value) return goPresent(length);
  const middle = (view.value.from + view.value.to) / 2;
  look({ from: middle - length / 2, to: middle + length / 2 });
}

/** Which cameras have a lane; nothing where there is only one. */
export function CameraPicks() {
  const { cameras } = filter.value;
  if (cameraIds.value.length < 2) return null;
  const words = t().timeline;
  const flip = (camera: string): void => {
    const next = cameras.includes(camera) ? cameras.filter((one) => one !== camera) : [...cameras, camera];
    filter.value = { ...filter.value, cameras: next.length === cameraIds.value.length ? [] : next };
  };
  return (
    <div class="row tight picks" role="group" aria-label={words.cameras}>
      {cameraIds.value.map((camera) => (
        <label key={camera} class="tick">
          <input type="checkbox" checked={cameras.includes(camera)} onChange={() => flip(camera)} />
          {camera}
        </label>
      ))}
    </div>
  );
}

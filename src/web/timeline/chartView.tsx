import { useComputed, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { language, locale, t } from '../i18n/language.ts';
import { isDark } from '../theme.ts';
import { openChart } from './chart.ts';
import type { Chart } from './chart.ts';
import { tick } from './clock.ts';
import { hover, Hover } from './hover.tsx';
import { keysOf } from './keys.ts';
import { layersOf } from './layers.ts';
import type { Mark } from './layers.ts';
import { presentMoment } from './present.ts';
import { lengthOf } from './span.ts';
import { choose, following, goPresent, known, lanes, look, lookNear, range, selecting, view } from './state.ts';
import { chosenMark } from './chosen.ts';
import './timeline.css';

/** The timeline itself. What it shows can also be read in the list, which is for those who cannot see or point at it. */
export function ChartView() {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  useEffect(() => {
    if (!frame.current) return undefined;
    chart.current = open(frame.current);
    return () => {
      chart.current?.close();
      chart.current = null;
    };
  }, []);
  // what was moved by keys, buttons or links comes to the chart; what was moved on the chart is there already
  useSignalEffect(() => {
    const { value } = view;
    const at = chart.current?.view();
    if (at && (Math.abs(at.from - value.from) > 1 || Math.abs(at.to - value.to) > 1)) chart.current?.show(value, false);
  });
  const layers = useComputed(() => ({ known: known.value, lanes: lanes.value, view: view.value, words: language.value }));
  useDrawing(chart, layers);
  useSignalEffect(() => chart.current?.range(range.value));
  useSignalEffect(() => chart.current?.choose(chosenMark.value));
  useSignalEffect(() => chart.current?.now(presentMoment.value));
  useSignalEffect(() => {
    void [language.value, isDark()];
    chart.current?.restyle();
  });
  useFollowing(chart);
  const words = t().timeline;
  return (
    <div class="chart-frame">
      <div ref={frame} class={`chart ${selecting.value ? 'selecting' : ''}`} tabIndex={0} role="group" aria-label={words.chart} aria-describedby="chart-keys" onKeyDown={keysOf} />
      <p id="chart-keys" class="only-heard">{words.chartKeys}</p>
      <Hover />
    </div>
  );
}

function open(frame: HTMLElement): Chart {
  return openChart(frame, {
    view: view.peek(),
    tick: (at, scale, rank) => tick(at, scale, rank, { locale: locale() }),
    says: (mark: Mark) => (mark.kind === 'gap' ? t().timeline.reasons[mark.text as keyof ReturnType<typeof t>['timeline']['reasons']] : mark.text),
    onView(to, byHand) {
      if (byHand) look(to);
    },
    onChoose: chooseMark,
    onRange(to, ended) {
      range.value = to;
      if (ended) selecting.value = false;
    },
    selecting: () => selecting.peek(),
    onHover: (id, at) => (hover.value = id === null ? null : { id, ...at }),
  });
}

/** One thing opens its story; several that are drawn as one come nearer. */
function chooseMark(id: string | null): void {
  const [kind, ...rest] = id?.split(':') ?? [];
  if (kind === 'alert' || kind === 'event') choose(kind, rest.join(':'));
  if (kind !== 'alerts') return;
  const [camera, first] = rest;
  const at = known.peek().alerts.find((one) => one.id === first)?.happened_at_ms;
  if (at === undefined) return;
  const near = known.peek().alerts.filter((one) => one.camera === camera && one.happened_at_ms >= at && one.happened_at_ms <= at + lengthOf(view.peek()) / 40).map((one) => one.happened_at_ms);
  lookNear({ from: at, to: Math.max(at, ...near) });
}

/** Draws once a frame at most, however much changes. */
function useDrawing(chart: { readonly current: Chart | null }, layers: { readonly value: { readonly known: typeof known.value; readonly lanes: readonly string[]; readonly view: typeof view.value } }): void {
  const frame = useRef(0);
  useSignalEffect(() => {
    void layers.value;
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0;
      const now = layers.value;
      chart.current?.draw(layersOf(now.known, now.lanes, now.view, chart.current.width()), now.lanes);
    });
  });
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
}

/** While the present is followed the view moves as often as that moves it by a pixel. */
function useFollowing(chart: { readonly current: Chart | null }): void {
  useSignalEffect(() => {
    if (!following.value) return undefined;
    const perPixel = lengthOf(view.peek()) / Math.max(chart.current?.width() ?? 1000, 1);
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setInterval(() => goPresent(), Math.min(Math.max(perPixel, calm ? 1000 : 60), 1000));
    return () => clearInterval(timer);
  });
  useEffect(() => {
    if (following.peek()) goPresent();
    else look(view.peek());
  }, []);
}

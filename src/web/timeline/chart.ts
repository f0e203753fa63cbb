import { DataSet } from 'vis-data/esnext';
import { Timeline } from 'vis-timeline/esnext';
import type { TimelineOptions } from 'vis-timeline/esnext';
import { chartGroups, chartItems, contentOf, RANK } from './chartItems.ts';
import type { ChartGroup, ChartItem } from './chartItems.ts';
import { wheelAndDrag } from './gestures.ts';
import type { Layers, Mark } from './layers.ts';
import { CLOSEST, FARTHEST } from './span.ts';
import type { Span } from './span.ts';
import { openPainter } from './strips.ts';
import { syncGroups, syncItems } from './sync.ts';

export interface ChartNeeds {
  readonly view: Span;
  /** what stands at a tick of the axis */
  tick(at: number, scale: string, rank: 'minor' | 'major'): string;
  /** the words on a mark */
  says(mark: Mark): string;
  /** the view moved; `byHand` where a person moved it */
  onView(view: Span, byHand: boolean): void;
  /** a mark was chosen, by its id, or none */
  onChoose(id: string | null): void;
  /** a stretch was dragged; undefined while it was only clicked */
  onRange(range: Span, ended: boolean): void;
  /** whether dragging selects a stretch instead of moving the view */
  selecting(): boolean;
  /** the pointer rests on a mark, or left it */
  onHover(id: string | null, at: { readonly x: number; readonly y: number }): void;
}

export interface Chart {
  show(view: Span, animate: boolean): void;
  view(): Span;
  /** px that the axis is wide */
  width(): number;
  draw(layers: Layers, cameras: readonly string[]): void;
  range(range: Span | null): void;
  choose(id: string | null): void;
  now(at: number): void;
  /** colours or words changed */
  restyle(): void;
  close(): void;
}

/** The chart in `frame`: two rows a camera, and behind them a canvas of what is too many to be elements. */
export function openChart(frame: HTMLElement, needs: ChartNeeds): Chart {
  const items = new DataSet<ChartItem>();
  const groups = new DataSet<ChartGroup>();
  const timeline = new Timeline(frame, items as never, groups as never, optionsOf(needs));
  const center = frame.querySelector<HTMLElement>('.vis-panel.vis-center') ?? frame;
  const painter = openPainter(frame, center);
  const viewOf = (): Span => {
    const { start, end } = timeline.getWindow();
    return { from: start.getTime(), to: end.getTime() };
  };
  timeline.on('changed', painter.soon);
  // its own look at its size comes a second late, in which times would be read off wrongly
  const resized = new ResizeObserver(() => timeline.redraw());
  resized.observe(frame);
  listen(timeline, viewOf, needs);
  const letGo = wheelAndDrag(frame, center, { ...needs, view: viewOf, show: (view) => {
    timeline.setWindow(view.from, view.to, { animation: false });
    needs.onView(view, true);
  } });
  return {
    show: (view, animate) => timeline.setWindow(view.from, view.to, { animation: animate && !matchMedia('(prefers-reduced-motion: reduce)').matches }),
    view: viewOf,
    width: () => center.clientWidth,
    draw(layers, cameras) {
      const crowded = new Set([...layers.strips].filter(([, strip]) => strip.crowd).map(([camera]) => camera));
      syncGroups(groups, chartGroups(cameras, crowded));
      syncItems(items, layers.marks.flatMap((mark) => chartItems(mark, needs.says)));
      painter.set(layers.strips, cameras);
    },
    range(range) {
      if (range === null) items.remove('range');
      else items.update({ id: 'range', start: range.from, end: range.to, type: 'background', className: 'chosen-range', text: '', count: 1, kind: 'range', sign: '' });
    },
    choose: (id) => timeline.setSelection(id !== null && items.get(id) !== null ? [id] : []),
    now: (at) => timeline.setCurrentTime(at),
    restyle() {
      timeline.setOptions({ format: formatOf(needs) });
      painter.soon();
    },
    close() {
      resized.disconnect();
      painter.close();
      letGo();
      timeline.destroy();
    },
  };
}

function listen(timeline: Timeline, viewOf: () => Span, needs: ChartNeeds): void {
  timeline.on('rangechange', ({ byUser }: { byUser: boolean }) => needs.onView(viewOf(), byUser));
  timeline.on('rangechanged', ({ byUser }: { byUser: boolean }) => needs.onView(viewOf(), byUser));
  timeline.on('select', ({ items: chosen }: { items: string[] }) => needs.onChoose(chosen[0] ?? null));
  timeline.on('itemover', ({ item, event }: { item: string; event: MouseEvent }) => needs.onHover(item, { x: event.clientX, y: event.clientY }));
  timeline.on('itemout', () => needs.onHover(null, { x: 0, y: 0 }));
}

function formatOf({ tick }: ChartNeeds): TimelineOptions['format'] {
  return { minorLabels: (date, scale) => tick(date.valueOf(), scale, 'minor'), majorLabels: (date, scale) => tick(date.valueOf(), scale, 'major') };
}

function optionsOf(needs: ChartNeeds): TimelineOptions {
  return {
    start: needs.view.from, end: needs.view.to, zoomMin: CLOSEST, zoomMax: FARTHEST, format: formatOf(needs),
    orientation: { axis: 'top', item: 'top' }, margin: { axis: 2.5, item: { horizontal: 6, vertical: 5 } },
    stack: true, selectable: true, multiselect: false, editable: false, showTooltips: false, showCurrentTime: true,
    order: (a: ChartItem, b: ChartItem) => RANK[a.kind] - RANK[b.kind] || a.start - b.start,
    groupOrder: 'order', template: contentOf, maxMinorChars: 9, verticalScroll: false, horizontalScroll: false,
  };
}

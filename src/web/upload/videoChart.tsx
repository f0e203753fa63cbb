import { useEffect, useRef } from 'preact/hooks';
import { DataSet } from 'vis-data/esnext';
import { Timeline } from 'vis-timeline/esnext';
import { t } from '../i18n/language.ts';
import { contentOf } from '../timeline/chartItems.ts';
import type { ChartItem } from '../timeline/chartItems.ts';
import { videoTime } from '../timeline/clock.ts';
import { syncItems } from '../timeline/sync.ts';
import '../timeline/timeline.css';

/** An interval of the video, seconds. */
export interface VideoStamp {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

interface Shown {
  readonly timeline: Timeline;
  readonly items: DataSet<ChartItem>;
}

/** A timeline in the video's own time: a click goes there, and the answer's intervals are marked. */
export function VideoChart({ seconds, now, stamps, onSeek }: { seconds: number; now: number; stamps: readonly VideoStamp[]; onSeek: (to: number) => void }) {
  const frame = useRef<HTMLDivElement>(null);
  const shown = useRef<Shown | null>(null);
  const seek = useRef(onSeek);
  seek.current = onSeek;
  useEffect(() => {
    if (!frame.current) return undefined;
    shown.current = open(frame.current, seconds, (to) => seek.current(Math.min(Math.max(to, 0), seconds)));
    return () => {
      shown.current?.timeline.destroy();
      shown.current = null;
    };
  }, [seconds]);
  useEffect(() => shown.current?.timeline.setCustomTime(now * 1000, 'playhead'), [now, seconds]);
  useEffect(() => {
    if (shown.current) syncItems(shown.current.items, stamps.map((stamp, index) => itemOf(stamp, index)));
  }, [stamps, seconds]);
  return <div ref={frame} class="chart video-chart" role="group" aria-label={t().upload.chart} />;
}

function open(frame: HTMLElement, seconds: number, seek: (to: number) => void): Shown {
  const items = new DataSet<ChartItem>();
  const end = seconds * 1000;
  const label = (date: Date): string => videoTime(date.valueOf() / 1000);
  const timeline = new Timeline(frame, items as never, {
    start: 0, end, min: -end * 0.02, max: end * 1.02, zoomMin: 500, format: { minorLabels: label, majorLabels: () => '' }, showMajorLabels: false, showCurrentTime: false,
    stack: true, selectable: true, showTooltips: false, template: contentOf, orientation: { axis: 'top', item: 'top' }, margin: { axis: 4, item: { horizontal: 6, vertical: 5 } }, minHeight: 84, zoomKey: 'ctrlKey',
  });
  timeline.addCustomTime(0, 'playhead');
  timeline.on('timechange', ({ time }: { time: Date }) => seek(time.getTime() / 1000));
  timeline.on('click', ({ item, time }: { item: string | null; time: Date }) => {
    const stamp = item === null ? null : items.get(item);
    seek((stamp ? stamp.start : time.getTime()) / 1000);
  });
  return { timeline, items };
}

function itemOf({ text, from, to }: VideoStamp, index: number): ChartItem {
  return { id: String(index), start: from * 1000, end: Math.max(to, from + 0.05) * 1000, type: 'range', className: 'stamp', kind: 'stamp', text, count: 1, sign: JSON.stringify([text, from, to]) };
}

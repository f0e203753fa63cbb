import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import { clustered, gravest } from './cluster.ts';
import type { Severity } from './cluster.ts';
import { columnsOf, heightsOf } from './columns.ts';
import type { Columns } from './columns.ts';
import { lengthOf, overlaps } from './span.ts';
import type { Span } from './span.ts';

/** A time in which a camera was not watched; `to` of one that lasts is the present. */
export interface Gap extends Span {
  readonly camera: string;
  readonly reason: string;
  readonly detail: string;
  readonly lasts: boolean;
}

/** A time that the model was shown, or that was recorded. */
export interface Bar extends Span {
  readonly camera: string;
}

/** A time stamp of an answer. */
export interface Stamp extends Span {
  readonly id: string;
  readonly camera: string;
  readonly text: string;
}

/** All that is known of the time around the view. */
export interface Known {
  readonly events: readonly EventOut[];
  readonly alerts: readonly AlertOut[];
  readonly gaps: readonly Gap[];
  readonly looks: readonly Bar[];
  readonly recordings: readonly Bar[];
  readonly stamps: readonly Stamp[];
}

/** One thing on the chart. `before` and `after`: how far its ends may be off, as shares of its length. */
export interface Mark extends Span {
  readonly id: string;
  readonly camera: string;
  readonly kind: 'event' | 'alert' | 'gap' | 'stamp';
  readonly look: string;
  readonly text: string;
  readonly before?: number;
  readonly after?: number;
  readonly count?: number;
}

/** What is painted behind the marks of a camera, a column a pixel. */
export interface Strip {
  readonly looks: Columns;
  readonly recordings: Columns;
  /** heights, 0..1, of events that are too many to be marks */
  readonly crowd: Float32Array | null;
}

export interface Layers {
  readonly marks: readonly Mark[];
  readonly strips: ReadonlyMap<string, Strip>;
}

/** Events of one camera in view that still have words beside them; that are still bars of their own. */
const MOST_WORDS = 16;
const MOST_BARS = 140;
/** Alerts of one camera in view that still have words. */
const MOST_NAMED = 10;
/** Markers of alerts do not stand nearer than this, px. */
const MARKER = 18;
/** Gaps narrower than this are joined, px. */
const SLIVER = 2;

/** What is drawn of `known` in `view`, `width` px wide, for these cameras. */
export function layersOf(known: Known, cameras: readonly string[], view: Span, width: number): Layers {
  const marks: Mark[] = [];
  const strips = new Map<string, Strip>();
  const inView = <T extends Span & { readonly camera: string }>(all: readonly T[], camera: string): T[] => all.filter((one) => one.camera === camera && overlaps(one, view));
  const perPixel = lengthOf(view) / Math.max(width, 1);
  for (const camera of cameras) {
    const events = known.events.filter((event) => event.camera === camera && event.start_ms <= view.to && event.end_ms >= view.from);
    const crowded = events.length > MOST_BARS;
    marks.push(
      ...gapMarks(inView(known.gaps, camera), camera, perPixel),
      ...alertMarks(known.alerts.filter((alert) => alert.camera === camera && alert.happened_at_ms >= view.from && alert.happened_at_ms <= view.to), camera, perPixel),
      ...(crowded ? [] : eventMarks(events, events.length <= MOST_WORDS)),
      ...inView(known.stamps, camera).map((stamp): Mark => ({ ...stamp, id: `stamp:${stamp.id}`, kind: 'stamp', look: '', text: stamp.text })),
    );
    strips.set(camera, {
      looks: columnsOf(inView(known.looks, camera), view, width),
      recordings: columnsOf(inView(known.recordings, camera), view, width),
      crowd: crowded ? heightsOf(columnsOf(events.map((event) => ({ from: event.start_ms, to: event.end_ms })), view, width).count, 4) : null,
    });
  }
  return { marks, strips };
}

function eventMarks(events: readonly EventOut[], worded: boolean): Mark[] {
  return events.map((event) => {
    const length = Math.max(event.end_ms - event.start_ms, 1);
    const share = (ms: number): number => Math.round(Math.min(ms / length, 4) * 1000) / 1000;
    return {
      id: `event:${event.id}`, camera: event.camera, kind: 'event', from: event.start_ms, to: event.end_ms, text: event.event,
      look: [worded ? 'worded' : 'bare', event.phase === 'end' ? 'over' : 'going'].join(' '),
      before: share(event.start_uncertainty_ms), after: share(event.end_uncertainty_ms),
    };
  });
}

function alertMarks(alerts: readonly AlertOut[], camera: string, perPixel: number): Mark[] {
  const clusters = clustered(alerts, (alert) => alert.happened_at_ms, MARKER * perPixel);
  return clusters.map(({ at, members }) => {
    const [first] = members;
    const severity: Severity = gravest(members.filter((one) => one.phase !== 'retracted').map((one) => one.severity));
    const gone = members.every((one) => one.phase === 'retracted');
    const single = members.length === 1;
    return {
      id: single ? `alert:${first.id}` : `alerts:${camera}:${first.id}:${members.length}`, camera, kind: 'alert', from: at, to: members.at(-1)?.happened_at_ms ?? at,
      look: [severity, gone ? 'gone' : 'stands', clusters.length <= MOST_NAMED ? 'worded' : 'bare'].join(' '),
      text: single ? first.rule : '', count: members.length,
    };
  });
}

/** Thousands of short gaps beside each other look like one, and cost like one. */
function gapMarks(gaps: readonly Gap[], camera: string, perPixel: number): Mark[] {
  const out: Mark[] = [];
  for (const gap of [...gaps].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    const look = gap.lasts ? 'lasts' : '';
    if (last && last.text === gap.reason && gap.from - last.to < SLIVER * perPixel) out[out.length - 1] = { ...last, to: Math.max(last.to, gap.to), look: look || last.look };
    else out.push({ id: `gap:${camera}:${gap.from}:${gap.reason}`, camera, kind: 'gap', from: gap.from, to: gap.to, look, text: gap.reason });
  }
  return out;
}

import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import { clustered, gravest } from './cluster.ts';
import type { Severity } from './cluster.ts';
import { columnsOf, heightsOf } from './columns.ts';
import type { Columns } from './columns.ts';
import { rowsOf, textWidth } from './rows.ts';
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

/** Rows that a camera's events may take with words beside them; as bars alone. What takes more is a crowd. */
const WORDED_ROWS = 6;
const BAR_ROWS = 4;
/** More elements than this are slow, however few rows they take. */
const MOST_BARS = 300;
/** px between things in a row, px that a bar takes at least, and px that words take at most. */
const BETWEEN = 6;
const LEAST_BAR = 4;
const WORDS = 210;
const NARROW_WORDS = 140;
const NARROW = 500;
/** Markers of alerts do not stand nearer than this, px. */
const MARKER = 44;
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
    const alerts = known.alerts.filter((alert) => alert.camera === camera);
    const density = densityOf(events, view, width);
    marks.push(
      ...gapMarks(inView(known.gaps, camera), camera, perPixel).map((gap) => (alerts.some(({ happened_at_ms: at }) => at >= gap.from && at <= gap.to) ? { ...gap, look: `${gap.look} mute` } : gap)),
      ...alertMarks(alerts, camera, view, perPixel),
      ...(density === 'crowd' ? [] : eventMarks(events, density === 'worded')),
      ...inView(known.stamps, camera).map((stamp): Mark => ({ ...stamp, id: `stamp:${stamp.id}`, kind: 'stamp', look: '', text: stamp.text })),
    );
    strips.set(camera, {
      looks: columnsOf(inView(known.looks, camera), view, width),
      recordings: columnsOf(inView(known.recordings, camera), view, width),
      crowd: density === 'crowd' ? heightsOf(columnsOf(events.map((event) => ({ from: event.start_ms, to: event.end_ms })), view, width).count, 4) : null,
    });
  }
  return { marks, strips };
}

const withWords = ({ from, to }: Span, width: number): Span => ({ from, to: to + width + 13 });

/** Whether there is room for the events' words, for bars alone, or only for how many there are. */
function densityOf(events: readonly EventOut[], view: Span, width: number): 'worded' | 'bare' | 'crowd' {
  if (events.length > MOST_BARS) return 'crowd';
  const scale = width / lengthOf(view);
  const words = width < NARROW ? NARROW_WORDS : WORDS;
  const bar = ({ start_ms: from, end_ms: to }: EventOut): Span => ({ from: (from - view.from) * scale, to: (from - view.from) * scale + Math.max((to - from) * scale, LEAST_BAR) + BETWEEN });
  if (rowsOf(events, (event) => withWords(bar(event), textWidth(event.event, words)), WORDED_ROWS) <= WORDED_ROWS) return 'worded';
  return rowsOf(events, bar, BAR_ROWS) <= BAR_ROWS ? 'bare' : 'crowd';
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

/** Clusters are made of all that is known and not of what is in view, so that they stay what they are while the view moves. */
function alertMarks(alerts: readonly AlertOut[], camera: string, view: Span, perPixel: number): Mark[] {
  const clusters = clustered(alerts, (alert) => alert.happened_at_ms, MARKER * perPixel).filter(({ at }) => at >= view.from && at <= view.to);
  const nameOf = (members: readonly AlertOut[]): string => (members.length === 1 ? members[0]?.rule ?? '' : '');
  const place = ({ at, members }: (typeof clusters)[number]): Span => ({ from: (at - view.from) / perPixel, to: (at - view.from) / perPixel + textWidth(nameOf(members), WORDS) + 28 });
  // alerts have one row: their words are there where all of them have room
  const worded = rowsOf(clusters, place, 1) === 1;
  return clusters.map(({ at, members }) => {
    const [first] = members;
    const severity: Severity = gravest(members.filter((one) => one.phase !== 'retracted').map((one) => one.severity));
    const gone = members.every((one) => one.phase === 'retracted');
    return {
      id: members.length === 1 ? `alert:${first.id}` : `alerts:${camera}:${first.id}`, camera, kind: 'alert', from: at, to: members.at(-1)?.happened_at_ms ?? at,
      look: [severity, gone ? 'gone' : 'stands', worded ? 'worded' : 'bare'].join(' '), text: worded ? nameOf(members) : '', count: members.length,
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

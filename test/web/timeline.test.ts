import { describe, expect, it } from 'vitest';
import type { AlertOut } from '../../src/api/schemas/alerts.ts';
import type { EventOut } from '../../src/api/schemas/events.ts';
import { clockTime, moment, stretch, tick, videoTime } from '../../src/web/timeline/clock.ts';
import { clustered, gravest } from '../../src/web/timeline/cluster.ts';
import { columnsOf, heightsOf } from '../../src/web/timeline/columns.ts';
import { gapsOf, withGap } from '../../src/web/timeline/gaps.ts';
import { bounded, merged } from '../../src/web/timeline/keep.ts';
import { layersOf } from '../../src/web/timeline/layers.ts';
import type { Known } from '../../src/web/timeline/layers.ts';
import { linesOf } from '../../src/web/timeline/listed.ts';
import { NOTHING, thinIn, wanted, withRead } from '../../src/web/timeline/loaded.ts';
import { readPages } from '../../src/web/timeline/pages.ts';
import { rowsOf, textWidth } from '../../src/web/timeline/rows.ts';
import { openShelf } from '../../src/web/timeline/shelf.ts';
import { CLOSEST, FARTHEST, framing, joined, missing, ordered, panned, zoomed } from '../../src/web/timeline/span.ts';

const T = Date.parse('2026-11-22T14:00:00Z');
const idOf = ({ id }: { id: string }): string => id;

function event(id: string, start: number, more: Partial<EventOut> = {}): EventOut {
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    id, phase: 'end', camera: 'door', event: 'the door opens', start: iso(start), start_ms: start, end: iso(start + 1000), end_ms: start + 1000, start_uncertainty_ms: 200, end_uncertainty_ms: 300,
    time_source: 'rtcp', confidence: 0.9, sightings: 2, model: 'm', detected_at: iso(start + 1500), detected_at_ms: start + 1500, ...more,
  };
}

/** Only what the timeline looks at. */
function alert(id: string, at: number, more: Partial<AlertOut> = {}): AlertOut {
  const { confidence: _c, sightings: _s, model: _m, ...rest } = event(id, at);
  return { ...rest, rule: 'door', rule_text: 'the door opens', severity: 'warning', event_id: `e-${id}`, evidence: [], happened_at_ms: at, published_at_ms: at + 1600, delivered: true, ...more } as AlertOut;
}

const known = (some: Partial<Known>): Known => ({ events: [], alerts: [], gaps: [], looks: [], recordings: [], stamps: [], ...some });

describe('stretches of time', () => {
  it('zooming keeps the moment under the pointer, within what can be looked at', () => {
    const view = { from: T, to: T + 100_000 };
    const near = zoomed(view, 0.5, T + 25_000);
    expect(near).toEqual({ from: T + 12_500, to: T + 62_500 });
    expect((T + 25_000 - near.from) / (near.to - near.from)).toBe(0.25);
    expect(zoomed(view, 1e-9).to - zoomed(view, 1e-9).from).toBe(CLOSEST);
    expect(zoomed(view, 1e9).to - zoomed(view, 1e9).from).toBe(FARTHEST);
    expect(panned(view, 0.5)).toEqual({ from: T + 50_000, to: T + 150_000 });
    expect(ordered(5, 2)).toEqual({ from: 2, to: 5 });
    expect(framing({ from: T, to: T + 10 }, 20_000)).toEqual({ from: T - 9995, to: T + 10_005 });
  });

  it('what is missing is what no stretch covers', () => {
    const had = [{ from: 50, to: 60 }, { from: 10, to: 20 }, { from: 15, to: 30 }];
    expect(joined(had)).toEqual([{ from: 10, to: 30 }, { from: 50, to: 60 }]);
    expect(missing({ from: 0, to: 100 }, had)).toEqual([{ from: 0, to: 10 }, { from: 30, to: 50 }, { from: 60, to: 100 }]);
    expect(missing({ from: 12, to: 28 }, had)).toEqual([]);
    expect(missing({ from: 70, to: 80 }, had)).toEqual([{ from: 70, to: 80 }]);
  });
});

describe('clocks', () => {
  const london = { locale: 'en-GB', zone: 'Europe/London' };
  it('says the day only where it is another, and both where a stretch ends on the next', () => {
    expect(moment(T, london, T)).toBe('14:00:00');
    expect(moment(T - 86_400_000, london, T)).toBe('Sat 21 Nov 14:00:00');
    expect(moment(Date.parse('2025-03-01T10:00Z'), london, T)).toContain('2025');
    expect(stretch(T, T + 90_000, london, T)).toBe('14:00:00 – 14:01:30');
    expect(stretch(T, T + 86_400_000, london, T, 'minute')).toBe('14:00 – Mon 23 Nov 14:00');
    expect(clockTime(T + 123, london, 'tenth')).toBe('14:00:00.1');
  });

  it('goes with the zone through the change from summer time: an hour comes twice', () => {
    const berlin = { locale: 'en-GB', zone: 'Europe/Berlin' };
    const change = Date.parse('2026-10-25T01:00:00Z');
    expect([change - 1_800_000, change, change + 1_800_000].map((at) => tick(at, 'minute', 'minor', berlin))).toEqual(['02:30', '02:00', '02:30']);
    expect(tick(change, 'hour', 'major', berlin)).toBe('Sun 25 Oct');
    expect(tick(T, 'year', 'major', berlin)).toBe('');
    expect(tick(T, 'no such scale', 'minor', berlin)).toBe('');
  });

  it('midnight is 00:00, in Chinese too', () => {
    const shanghai = { locale: 'zh-CN', zone: 'Asia/Shanghai' };
    const midnight = Date.parse('2026-11-22T16:00:00Z');
    expect(clockTime(midnight, shanghai)).toBe('00:00:00');
    expect(tick(midnight, 'hour', 'major', shanghai)).toBe('11月23日周一');
    expect(tick(midnight, 'day', 'major', shanghai)).toBe('2026年11月');
  });

  it('times in a video', () => {
    expect([0, 7.44, 59.96, 3723, -1].map(videoTime)).toEqual(['0:00.0', '0:07.4', '1:00.0', '1:02:03.0', '0:00.0']);
  });
});

describe('what is too many to be drawn one by one', () => {
  it('columns are covered by as much as lies in them', () => {
    const { cover, count } = columnsOf([{ from: 0, to: 15 }, { from: 35, to: 36 }, { from: -50, to: -10 }, { from: 200, to: 300 }], { from: 0, to: 100 }, 10);
    expect([...cover].map((share) => Math.round(share * 100) / 100)).toEqual([1, 0.5, 0, 0.1, 0, 0, 0, 0, 0, 0]);
    expect([...count]).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect(Math.max(...heightsOf(count, 1))).toBe(1);
    expect([...heightsOf(new Uint32Array(3), 2)]).toEqual([0, 0, 0]);
  });

  it('clusters are no wider than told, and the gravest severity names them', () => {
    const clusters = clustered([9, 0, 4, 20, 21, 30].map((at) => ({ at })), ({ at }) => at, 10);
    expect(clusters.map(({ at, members }) => [at, members.length])).toEqual([[0, 3], [20, 2], [30, 1]]);
    expect(gravest(['info', 'critical', 'warning'])).toBe('critical');
  });

  it('rows are counted as they would be laid out, Chinese signs being wide', () => {
    const bars = [[0, 10], [5, 15], [11, 20], [12, 30]].map(([from = 0, to = 0]) => ({ from, to }));
    expect(rowsOf(bars, (bar) => bar, 5)).toBe(3);
    expect(rowsOf(bars, (bar) => bar, 1)).toBe(2);
    expect(rowsOf([], (bar: { from: number; to: number }) => bar, 3)).toBe(0);
    expect(textWidth('有人拿起电话', 500)).toBeGreaterThan(textWidth('phone!', 500));
    expect(textWidth('x'.repeat(1000), 210)).toBe(210);
  });

  it('a camera has words while there is room, then bars, then a height', () => {
    const view = { from: T, to: T + 3_600_000 };
    const some = (count: number): Known => known({ events: Array.from({ length: count }, (_, i) => event(`e${i}`, T + (i * 3_600_000) / count)) });
    const looks = (count: number, width = 1000): string | undefined => layersOf(some(count), ['door'], view, width).marks[0]?.look.split(' ')[0];
    expect([looks(5), looks(60), looks(5, 200)]).toEqual(['worded', 'bare', 'worded']);
    const many = layersOf(some(3000), ['door'], view, 1000);
    expect(many.marks).toEqual([]);
    expect(many.strips.get('door')?.crowd).toHaveLength(1000);
    expect(looks(60, 60)).toBeUndefined();
  });

  it('alerts that stand too near are one, and keep their name while the view moves', () => {
    const alerts = [alert('a', T), alert('b', T + 1000, { severity: 'critical' }), alert('c', T + 3_000_000)];
    const at = (from: number): string[] => layersOf(known({ alerts }), ['door'], { from, to: from + 3_600_000 }, 1000).marks.map(({ id }) => id);
    expect(at(T - 1000)).toEqual(['alerts:door:a', 'alert:c']);
    expect(at(T - 9000)).toEqual(at(T - 1000));
    const [mark] = layersOf(known({ alerts }), ['door'], { from: T - 1000, to: T + 3_600_000 }, 1000).marks;
    expect(mark).toMatchObject({ count: 2, text: '' });
    expect(mark?.look).toContain('critical');
    expect(layersOf(known({ alerts: [alert('z', T, { phase: 'retracted' })] }), ['door'], { from: T - 1, to: T + 1 }, 1000).marks[0]?.look).toContain('gone');
  });

  it('whiskers are shares of the length, and slivers of gaps are joined', () => {
    const [mark] = layersOf(known({ events: [event('e', T)] }), ['door'], { from: T - 1000, to: T + 5000 }, 600).marks;
    expect(mark).toMatchObject({ before: 0.2, after: 0.3, from: T, to: T + 1000 });
    const gaps = Array.from({ length: 100 }, (_, i) => ({ camera: 'door', reason: 'dropped', detail: '', from: T + i * 20, to: T + i * 20 + 10, lasts: i === 99 }));
    const marks = layersOf(known({ gaps }), ['door'], { from: T, to: T + 3_600_000 }, 1000).marks;
    expect(marks).toHaveLength(1);
    expect(marks[0]).toMatchObject({ kind: 'gap', look: 'lasts', to: T + 1990 });
  });
});

describe('what the feed tells and what was asked for', () => {
  it('the newest phase wins, whichever comes first', () => {
    const first = merged(new Map<string, EventOut>(), [event('a', T, { phase: 'end' })], idOf);
    expect(merged(first, [event('a', T, { phase: 'new', event: 'old' })], idOf)).toBe(first);
    expect(merged(first, [event('a', T, { phase: 'end' })], idOf)).toBe(first);
    expect(merged(first, [event('a', T, { phase: 'end', sightings: 1 })], idOf)).toBe(first);
    expect(merged(first, [event('a', T, { phase: 'retracted' })], idOf).get('a')?.phase).toBe('retracted');
    const delivered = merged(new Map([['x', alert('x', T, { delivered: false })]]), [alert('x', T, { published_at_ms: T + 1700 })], idOf);
    expect(delivered.get('x')?.delivered).toBe(true);
  });

  it('what is farthest from the view goes first', () => {
    const all = merged(new Map<string, EventOut>(), [event('far', T - 1e7), event('near', T), event('mid', T + 1e6)], idOf);
    expect([...bounded(all, { from: T - 10, to: T + 10 }, 2, (one) => one.start_ms).keys()].sort()).toEqual(['mid', 'near']);
    expect(bounded(all, { from: T, to: T }, 3, (one) => one.start_ms)).toBe(all);
  });

  it('a gap that grows stays one', () => {
    const gap = { camera: 'door', reason: 'offline' as const, detail: '', start: '', start_ms: T, end: null, end_ms: null };
    const list = withGap(withGap([], gap), { ...gap, end_ms: T + 5000 });
    expect(gapsOf(list, T + 9000)).toEqual([{ camera: 'door', reason: 'offline', detail: '', from: T, to: T + 5000, lasts: false }]);
    expect(gapsOf([gap], T + 9000)[0]).toMatchObject({ to: T + 9000, lasts: true });
  });

  it('the list tells what is in view, newest first, with what was alerted', () => {
    const events = [event('e-a', T), event('old', T - 1e6)];
    const alerts = [alert('a', T, { evidence: [{ event_id: 'e-a' }] as AlertOut['evidence'] })];
    const lines = linesOf({ alerts, events, gaps: [{ camera: 'door', reason: 'offline', detail: '', from: T - 50_000, to: T - 1000, lasts: false }] }, ['door'], { from: T - 60_000, to: T + 60_000 }, 'all');
    expect(lines.map(({ kind }) => kind)).toEqual(['alert', 'event', 'gap']);
    expect(lines[1]).toMatchObject({ alerts: 1 });
    expect(linesOf({ alerts, events, gaps: [] }, ['lobby'], { from: 0, to: T * 2 }, 'all')).toEqual([]);
    expect(linesOf({ alerts, events, gaps: [] }, ['door'], { from: 0, to: T * 2 }, 'events')).toHaveLength(2);
  });
});

describe('reading only what is in view', () => {
  const log = Array.from({ length: 2500 }, (_, i) => event(`e${i}`, T + i * 1000));
  const asked: { from: number; to: number }[] = [];
  const ask = ({ from, to }: { from: number; to: number }) => {
    asked.push({ from, to });
    const hits = log.filter((one) => one.start_ms <= to && one.end_ms >= from).reverse();
    return Promise.resolve({ items: hits.slice(0, 1000), more: hits.length > 1000 });
  };

  it('page by page, newest first, and says how far it came', async () => {
    const all = await readPages({ from: T - 1000, to: T + 2_499_500 }, ask, (one) => one.start_ms, 4);
    expect(new Set(all.items.map(idOf)).size).toBe(2500);
    expect(all.reached).toBe(T - 1000);
    const some = await readPages({ from: T - 1000, to: T + 2_499_500 }, ask, (one) => one.start_ms, 2);
    expect(some.reached).toBe(T + 501_000);
    const same = await readPages({ from: T, to: T }, () => Promise.resolve({ items: [event('x', T)], more: true }), (one) => one.start_ms, 9);
    expect(same).toMatchObject({ reached: T, items: { length: 1 } });
  });

  it('what was too much is asked for again only from nearer', () => {
    const view = { from: T, to: T + 1000 };
    const [range] = wanted(NOTHING, view);
    expect(range).toEqual({ from: T - 500, to: T + 1500 });
    const loaded = withRead(NOTHING, { from: T - 500, to: T + 1500 }, T + 600, view);
    expect(wanted(loaded, view)).toEqual([]);
    expect(thinIn(loaded, view)).toBe(T + 600);
    const near = { from: T + 100, to: T + 400 };
    expect(wanted(loaded, near)).toEqual([{ from: T - 50, to: T + 550 }]);
    expect(thinIn(loaded, near)).toBeNull();
    expect(wanted(loaded, { from: T + 2000, to: T + 2100 })).toHaveLength(1);
  });

  it('a shelf asks once for what it has, and again for what it had to let go', async () => {
    const shelf = openShelf<EventOut>({ ask, idOf, startOf: (one) => one.start_ms, most: 1500, pages: 2 });
    const stop = new AbortController().signal;
    const view = { from: T + 100_000, to: T + 200_000 };
    asked.length = 0;
    await shelf.read(view, stop);
    await shelf.read({ from: T + 110_000, to: T + 210_000 }, stop);
    expect(asked).toHaveLength(1);
    expect(shelf.items.value.size).toBeGreaterThan(100);
    shelf.take([event('live', T + 205_000)], view);
    expect(shelf.items.value.has('live')).toBe(true);
    await shelf.read({ from: T, to: T + 2_499_500 }, stop);
    expect(shelf.items.value.size).toBe(1500);
    const before = asked.length;
    await shelf.read(view, stop);
    expect(asked.length).toBeGreaterThan(before);
    shelf.stale();
    await shelf.read(view, stop);
    expect(asked.length).toBeGreaterThan(before + 1);
  });
});

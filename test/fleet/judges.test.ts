import { describe, expect, it } from 'vitest';
import { alertPayload } from '../../src/alerts/payload.ts';
import type { Alert } from '../../src/values.ts';
import { alert, event, look, NOON } from '../store/values.ts';
import type { Consumer, Told } from './consumer.ts';
import type { Filmed } from './filmed.ts';
import { judgeAlerts } from './judgeAlerts.ts';
import { judgeCoverage } from './judgeCoverage.ts';
import { judgeHistory } from './judgeHistory.ts';
import type { DaemonLog } from './logs.ts';
import type { Course } from './scenario.ts';
import { joined, type Span, within, without } from './spans.ts';

// Whoever judges the fleet has to see what is wrong with it.

const S = 1000;
const span = (from: number, to: number): Span => ({ start: NOON + from * S, end: NOON + to * S });
const at = (seconds: number): number => NOON + seconds * S;

/** A minute and a half in which somebody picks up the phone at 10 s and at 50 s, and moves all the time. */
const filmed: Filmed = {
  ids: ['hall'],
  url: () => '',
  happened: (camera) => [10, 50].map((second) => ({ camera, kind: 'picks_up_phone', text: 'a person in red picks up the phone', ...span(second, second + 1) })),
  moved: (_, start, end) => within([span(0, 90)], { start, end }),
  clients: () => Promise.resolve(1),
  firstPicture: (_, from) => from,
  stop: () => Promise.resolve(),
};
const course: Course = {
  watched: span(0, 90), quiet: span(0, 15), killed: { daemon: 'daemon-1', at: at(20), again: new Map([['hall', at(28)]]) },
  engine: span(40, 48), broker: span(65, 70), memory: new Map(), clients: new Map(),
};

const log = (over: Partial<DaemonLog>): DaemonLog => ({ alerts: [], waiting: 0, events: [], looks: [], coverage: [], gaps: [], ...over });
const stored = (over: Partial<Alert>): DaemonLog['alerts'][number] => ({ ...alert(over), delivered: true });
const heard = (alerts: readonly Alert[], history: readonly Told[] = []): Consumer => ({
  accepted: new Map(alerts.map((one) => [`${one.id} ${one.phase}`, { alert: alertPayload(one, one.publishedAt), at: one.start + 900 }])),
  cameras: new Map(), history: new Map(history.map((one) => [one.id, one])), repeated: 0, end: () => Promise.resolve(),
});

describe('alerts', () => {
  const [first, second] = [stored({ id: 'a', start: at(10.2), end: at(11) }), stored({ id: 'b', start: at(50.1), end: at(51) })];

  it('are all there, and told once', () => {
    const found = judgeAlerts([log({ alerts: [first, second] })], heard([first, second]), filmed, course);
    expect(found).toMatchObject({ committed: 2, accepted: 2, lost: [], unknown: [], stale: [], due: 2, alerted: 2, twice: [], spurious: 0 });
    expect(found.latencies).toEqual([1100]);
  });

  it('are lost, unknown, outdated, told twice, or of nothing', () => {
    const again = stored({ id: 'c', start: at(10.9), end: at(11.5) });
    const nothing = stored({ id: 'd', start: at(30), end: at(31) });
    const older = { ...second, text: 'a person in blue picks up the phone' };
    const found = judgeAlerts([log({ alerts: [first, second, again, stored({ id: 'a', phase: 'end' })], waiting: 1 })], heard([first, older, again, nothing]), filmed, course);
    expect(found).toMatchObject({ lost: ['a end'], unknown: ['d new'], stale: ['b new'], waiting: 1, spurious: 1 });
    expect(found.twice).toEqual([expect.stringContaining('hall phone')]);
  });
});

describe('gaps', () => {
  const seen = (from: number, to: number, answered = to + 0.5): DaemonLog['looks'][number] => look({ from: at(from), to: at(to), answeredAt: at(answered) });
  const looks = [seen(0, 20), seen(28, 39), seen(48, 90)];
  const gap = (from: number, to: number, reason: DaemonLog['coverage'][number]['reason']): DaemonLog['coverage'][number] => ({ camera: 'hall', ...span(from, to), reason, detail: '' });
  const judged = (coverage: DaemonLog['coverage']): ReturnType<typeof judgeCoverage> => judgeCoverage(new Map([['daemon-1', log({ looks, coverage })]]), filmed, course);

  it('are what was not watched', () => {
    const found = judged([gap(19.5, 28.5, 'offline'), gap(39, 48, 'model')]);
    expect(found.killed).toMatchObject([{ gaps: 1, startOff: -500, endOff: 500 }]);
    expect(found.engine).toMatchObject([{ gaps: 1, startOff: 0, endOff: 0 }]);
    expect(found).toMatchObject({ broker: [], bystanders: [], other: [], slow: [], untold: [], untoldOutage: [] });
    expect(found.overtold.map(({ start, end }) => end - start)).toEqual([500, 500]);
  });

  it('are missing, in pieces, too short, or where nothing was amiss', () => {
    const found = judged([gap(20, 22, 'offline'), gap(25, 28, 'offline'), gap(44, 48, 'model'), gap(66, 69, 'offline'), gap(80, 81, 'overloaded')]);
    expect(found.killed).toMatchObject([{ gaps: 2 }]);
    expect(found.engine).toMatchObject([{ startOff: 4000, endOff: 0 }]);
    expect(found.untoldOutage.map(({ start, end }) => [start - NOON, end - NOON])).toEqual([[40_000, 44_000], [22_000, 25_000]]);
    expect(found.untold.map(({ start }) => start - NOON)).toEqual([39_000, 22_000]);
    expect([found.broker.length, found.other.length, found.slow.length]).toEqual([1, 1, 1]);
    expect(judged([]).killed[0]?.startOff).toBeNaN();
  });
});

it('the history is whole only where each row was told as it stands', () => {
  const one = event({ id: 'e', phase: 'end' });
  const rows = log({ events: [one], gaps: [{ id: 'g', ...span(20, 28) }] });
  const told = { id: 'e', revision: 2, phase: 'end', start_ms: one.start, end_ms: one.end };
  const gap = { id: 'g', revision: 3, phase: 'closed', start_ms: at(20), end_ms: at(28) };
  expect(judgeHistory([rows], heard([], [told, gap])).missing).toEqual([]);
  expect(judgeHistory([rows], heard([], [{ ...told, phase: 'update' }, { ...gap, end_ms: null }])).missing).toEqual(['event e', 'gap g']);
  expect(judgeHistory([rows], heard([])).missing).toHaveLength(2);
});

it('stretches are joined, cut and taken away', () => {
  expect(joined([span(5, 6), span(0, 2), span(2.5, 3)], 600)).toEqual([span(0, 3), span(5, 6)]);
  expect(without([span(0, 10)], [span(2, 3), span(9, 12)])).toEqual([span(0, 2), span(3, 9)]);
});

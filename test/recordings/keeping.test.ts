import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { dayFolder, readSegmentName, segmentName } from '../../src/media/segmentName.ts';
import { createEventRecorder } from '../../src/recordings/eventRecorder.ts';
import { keepRecordings } from '../../src/recordings/keeper.ts';
import { openRecordings } from '../../src/recordings/recordings.ts';
import { startRetention } from '../../src/recordings/retention.ts';
import type { Retention, RetentionOptions } from '../../src/recordings/retention.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const DAY = 86_400_000;
const log = createLogger({ level: 'silent' });

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-kept-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of ten seconds that was written when it ended. */
function put(folder: string, camera: string, from: number, bytes = 1000, written = from + 10_000): string {
  const file = join(folder, camera, dayFolder(from), segmentName({ from, to: from + 10_000, uncertainty: 4, timeSource: 'rtcp' }));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.alloc(bytes));
  utimesSync(file, written / 1000, written / 1000);
  return file;
}

function retention(folder: string, opts: Partial<RetentionOptions> = {}): Retention {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  return startRetention({ folder, days: 7, maxMb: 1000, log, now: () => NOW, free: () => 1e12, ...opts }, abort.signal);
}

const kept = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(mp4|part|txt)$/.test(name)).toSorted();

describe('names', () => {
  it('say what a file holds, and others are none of ours', () => {
    const name = segmentName({ from: NOW + 0.4, to: NOW + 9999.6, uncertainty: 3.2, timeSource: 'arrival' });
    expect(name).toBe(`${NOW}-${NOW + 10_000}-u4-arrival.mp4`);
    expect(readSegmentName(name)).toEqual({ from: NOW, to: NOW + 10_000, uncertainty: 4, timeSource: 'arrival' });
    expect(readSegmentName(segmentName({ from: NOW, to: undefined, uncertainty: 0, timeSource: 'rtcp' }))).toEqual({ from: NOW, to: undefined, uncertainty: 0, timeSource: 'rtcp' });
    for (const other of [`${NOW}.mp4`, `${NOW}-${NOW - 1}-u0-rtcp.mp4`, `${NOW}-u0-rtcp.mp4`, `${NOW}-${NOW + 5}-u0-rtcp.mp4.part`, `x${name}`, `${name}.bak`, '../1-2-u0-rtcp.mp4', `${NOW}-${NOW}-u0-guess.mp4`]) {
      expect(readSegmentName(other)).toBeUndefined();
    }
  });
});

describe('what is recorded', () => {
  it('is told in stretches: files that touch are one, over midnight as well, and gaps stay', () => {
    const folder = place();
    const midnight = Date.parse('2026-03-10T00:00:00Z');
    for (const from of [-20_000, -10_000, 150, 10_100, 40_000]) put(folder, 'door', midnight + from);
    put(folder, 'yard', midnight);
    writeFileSync(join(folder, 'door', '2026-03-10', 'notes.txt'), '');
    const recordings = openRecordings({ folder });
    expect(recordings.cameras()).toEqual(['door', 'yard']);
    expect(recordings.stretches('door', 0, NOW)).toEqual([
      { camera: 'door', from: midnight - 20_000, to: midnight + 20_100 },
      { camera: 'door', from: midnight + 40_000, to: midnight + 50_000 },
    ]);
    expect(recordings.stretches('door', midnight - 5000, midnight + 45_000).map(({ from, to }) => [from - midnight, to - midnight])).toEqual([[-5000, 20_100], [40_000, 45_000]]);
    expect(recordings.segments('door', midnight - 5, midnight + 160)).toMatchObject([{ from: midnight - 10_000, bytes: 1000, uncertainty: 4, timeSource: 'rtcp' }, { from: midnight + 150 }]);
    expect(recordings.stretches('nobody', 0, NOW)).toEqual([]);
    expect(recordings.stretches('../door', 0, NOW)).toEqual([]);
    expect(openRecordings({ folder: join(folder, 'none') }).cameras()).toEqual([]);
  });

  it('is seen as it changes', () => {
    const folder = place();
    put(folder, 'door', NOW - 60_000);
    const recordings = openRecordings({ folder });
    expect(recordings.segments('door', 0, NOW)).toHaveLength(1);
    put(folder, 'door', NOW - 30_000);
    expect(recordings.segments('door', 0, NOW)).toHaveLength(2);
    rmSync(recordings.segments('door', 0, NOW)[0]?.file ?? '');
    expect(recordings.segments('door', 0, NOW)).toHaveLength(1);
  });
});

describe('retention', () => {
  it('goes by the age of the files, whatever a camera’s clock says, and leaves what is not ours', async () => {
    const folder = place();
    put(folder, 'door', NOW - 8 * DAY);
    put(folder, 'door', NOW - 6 * DAY);
    put(folder, 'past', Date.parse('2000-01-01T00:00:00Z'), 1000, NOW - DAY);
    put(folder, 'future', Date.parse('2099-01-01T00:00:00Z'), 1000, NOW - 9 * DAY);
    const notes = join(folder, 'door', dayFolder(NOW - 8 * DAY), 'notes.txt');
    writeFileSync(notes, 'mine');
    await retention(folder).prune();
    expect(kept(folder).map((name) => name.split('/')[0])).toEqual(['door', 'door', 'past']);
    expect(kept(folder)).toContain(`door/${dayFolder(NOW - 8 * DAY)}/notes.txt`);
    // a camera’s folder goes with its last file
    expect(readdirSync(folder)).toEqual(['door', 'past']);
  });

  it('goes by size, the oldest first, of every camera its part, and at once when a file is one too many', async () => {
    const folder = place();
    for (let i = 0; i < 10; i++) {
      put(folder, 'door', NOW - 100_000 + 10_000 * i, 400_000);
      put(folder, 'yard', NOW - 100_000 + 10_000 * i, 100_000);
    }
    put(folder, 'door', NOW - 2 * DAY, 400_000);
    const keeper = retention(folder, { maxMb: 4 });
    await keeper.prune();
    const left = (): number => openRecordings({ folder }).cameras().flatMap((camera) => openRecordings({ folder }).segments(camera, 0, NOW)).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(left()).toBeLessThanOrEqual(4e6);
    expect(left()).toBeGreaterThan(3e6);
    const doors = openRecordings({ folder }).segments('door', 0, NOW).map(({ from }) => from);
    expect(doors).toEqual(Array.from({ length: doors.length }, (_, i) => NOW - 10_000 * (doors.length - i)));
    expect(openRecordings({ folder }).segments('yard', 0, NOW).length).toBeGreaterThan(5);

    for (let i = 0; i < 3; i++) keeper.wrote(put(folder, 'door', NOW + 10_000 * i, 400_000), 400_000);
    await vi.waitFor(() => expect(left()).toBeLessThanOrEqual(4e6));
    expect(openRecordings({ folder }).segments('door', NOW, NOW + 30_000).length).toBeGreaterThanOrEqual(3);
  });

  it('makes room on a disk that is nearly full, and never deletes what is written to', async () => {
    const folder = place();
    let free = 200e6;
    for (let i = 0; i < 200; i++) put(folder, 'door', NOW - 2_000_000 + 10_000 * i, 1e6);
    const running = join(folder, 'door', dayFolder(NOW), `${NOW - 2_000_001}-u0-rtcp.mp4.part`);
    writeFileSync(running, Buffer.alloc(10));
    const keeper = retention(folder, { free: () => free + 1e6 * (200 - kept(folder).length + 1), now: Date.now, days: 30_000 });
    await keeper.prune();
    // 256 MB and something for the next files
    expect(kept(folder)).toHaveLength(201 - 120);
    expect(kept(folder)).toContain(`door/${dayFolder(NOW)}/${NOW - 2_000_001}-u0-rtcp.mp4.part`);
    free = 0;
    await keeper.prune();
    expect(kept(folder)).toHaveLength(1);
  });

  it('sweeps what a killed process left, if it holds nothing', async () => {
    const folder = place();
    put(folder, 'door', NOW - 60_000);
    const part = join(folder, 'door', dayFolder(NOW), `${NOW - 50_000}-u0-rtcp.mp4.part`);
    writeFileSync(part, 'nothing');
    utimesSync(part, NOW / 1000 - 30, NOW / 1000 - 30);
    const keeper = retention(folder);
    await keeper.prune();
    expect(kept(folder)).toHaveLength(2);
    utimesSync(part, NOW / 1000 - 300, NOW / 1000 - 300);
    await keeper.prune();
    expect(kept(folder)).toHaveLength(1);
  });
});

describe('recording around events', () => {
  function recorder() {
    vi.useFakeTimers({ now: NOW });
    onTestFinished(() => void vi.useRealTimers());
    const orders: [string, number, number][] = [];
    const events = createEventRecorder({ before: 10, after: 5, recorded: (camera) => camera !== 'off', record: (camera, from, to) => orders.push([camera, (from - NOW) / 1000, (to - NOW) / 1000]), now: Date.now });
    onTestFinished(events.close);
    return { events, orders };
  }
  const event = (id: string, start: number, end: number, phase: 'new' | 'update' | 'end' | 'retracted', camera = 'door') => ({ id, camera, start: NOW + 1000 * start, end: NOW + 1000 * end, phase });

  it('goes from before its start to after its end, which is told later', () => {
    const { events, orders } = recorder();
    events.event(event('a', -3, -1, 'new'));
    expect(orders).toEqual([['door', -13, 60]]);
    vi.advanceTimersByTime(45_000);
    expect(orders.at(-1)).toEqual(['door', -13, 100]);
    events.event(event('a', -3, 44, 'end'));
    expect(orders.at(-1)).toEqual(['door', -13, 49]);
    events.event(event('a', -3, 44, 'new', 'off'));
    expect(orders.filter(([camera]) => camera === 'off')).toEqual([]);
  });

  it('is one stretch of contiguous activity, and another where there was a pause', () => {
    const { events, orders } = recorder();
    events.event(event('a', 0, 1, 'end'));
    events.event(event('b', 12, 20, 'end'));
    expect(orders.at(-1)).toEqual(['door', -10, 25]);
    events.event(event('c', 60, 61, 'end'));
    expect(orders.at(-1)).toEqual(['door', 50, 66]);
  });

  it('ends where nothing is heard of an event for long, and where one was none', () => {
    const { events, orders } = recorder();
    events.event(event('a', 0, 1, 'new'));
    vi.advanceTimersByTime(700_000);
    expect(orders.at(-1)).toEqual(['door', -10, 6]);
    const told = orders.length;
    vi.advanceTimersByTime(100_000);
    expect(orders).toHaveLength(told);
    events.event(event('b', 900, 901, 'new'));
    events.event(event('b', 900, 901, 'retracted'));
    expect(orders.at(-1)).toEqual(['door', 890, 906]);
  });
});

describe('the keeper', () => {
  it('says how each camera is opened, and hands on what its process says', async () => {
    const folder = place();
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const orders: string[] = [];
    const own: Record<string, 'off' | 'continuous' | 'events'> = { always: 'continuous', never: 'off' };
    const settings = { mode: 'events', dir: folder, segment: 10, days: 7, max_mb: 1, before: 10, after: 5 } as const;
    const keeper = keepRecordings({ settings, mode: (id) => own[id], record: (id) => orders.push(id), log, now: () => NOW }, abort.signal);
    expect(keeper.of('door')).toEqual({ folder: join(folder, 'door'), seconds: 10, continuous: false, before: 10 });
    expect(keeper.of('always')).toEqual({ folder: join(folder, 'always'), seconds: 10, continuous: true, before: 0 });
    expect(keeper.of('never')).toBeUndefined();
    for (const camera of ['door', 'always', 'never']) keeper.event({ id: camera, camera, start: NOW, end: NOW, phase: 'new' });
    expect(orders).toEqual(['door']);
    await vi.waitFor(() => expect(existing(folder)).toBe(0));
    for (let i = 0; i < 4; i++) {
      const file = put(folder, 'door', NOW + 10_000 * i, 400_000, Date.now());
      keeper.told('door', { kind: 'recorded', segment: { file, bytes: 400_000, from: NOW + 10_000 * i, to: NOW + 10_000 * (i + 1) } });
    }
    await vi.waitFor(() => expect(existing(folder)).toBe(2));
    keeper.told('door', { kind: 'unrecorded', code: 'RECORDINGS_SPACE', detail: 'full', from: NOW, to: NOW });
    keeper.told('door', { kind: 'unrecorded', code: 'RECORDINGS_SPACE', detail: 'full', from: NOW, to: NOW + 5000 });
  });

  const existing = (folder: string): number => kept(folder).length;
});

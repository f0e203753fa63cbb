import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { activityOf, meanActive, parseActivity } from '../../src/capacity/activity.ts';
import { resolveFigures, sourceText } from '../../src/capacity/figures.ts';
import { readFigures, writeFigures } from '../../src/capacity/figuresFile.ts';
import { differences, fingerprintOf } from '../../src/capacity/fingerprint.ts';
import { hopOf } from '../../src/capacity/plan.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Look } from '../../src/record.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'lookout-figures-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const CONFIG = configSchema.parse({ model: { name: 'models/demo' } });

describe('a file of figures', () => {
  test('is read as it was written', () => {
    const file = join(folder(), 'deep', 'capacity.json');
    expect(readFigures(file)).toBeUndefined();
    const kept = { at: 1_700_000_000_000, stream: 'a room', fingerprint: fingerprintOf(CONFIG), values: { cores: 2, model_window_ms: 31.5 } };
    writeFigures(file, kept);
    expect(readFigures(file)).toEqual(kept);
    expect(readFileSync(file, 'utf8')).not.toMatch(/redacted|undefined/);
  });

  test('of a stranger need be no more than figures', () => {
    const file = join(folder(), 'given.json');
    writeFileSync(file, '{ "figures": { "cores": 64 } }');
    expect(readFigures(file)).toEqual({ at: 0, stream: '', fingerprint: undefined, values: { cores: 64 } });
  });

  test.each([
    ['no JSON', 'cores: 2', /is not JSON/],
    ['nothing', '', /is not JSON/],
    ['no object', '[]', /the file:/],
    ['a figure that is none', '{ "figures": { "cores": "2" } }', /figures\.cores/],
    ['less than nothing', '{ "figures": { "cores": -1 } }', /figures\.cores/],
    ['more than anything', '{ "figures": { "cores": 1e308 } }', /figures\.cores/],
    ['no number', '{ "figures": { "cores": NaN } }', /is not JSON/],
    ['a figure that nobody knows', '{ "figures": { "warp": 9 } }', /figures/],
    ['a prototype', '{ "figures": { "__proto__": { "cores": 2 } } }', /figures/],
    ['another version', '{ "version": 2, "figures": {} }', /version/],
    ['a time that is none', '{ "measured_at": "yesterday", "figures": {} }', /measured_at/],
    ['a machine of a million words', `{ "fingerprint": { "machine": { "cpu": "${'x'.repeat(501)}" }, "model": {}, "config": {} }, "figures": {} }`, /fingerprint/],
    ['too much', `{ "figures": {}, "stream": "${'x'.repeat(70_000)}" }`, /larger/],
  ])('is refused that holds %s', (_, text, why) => {
    const file = join(folder(), 'capacity.json');
    writeFileSync(file, text);
    expect(() => readFigures(file)).toThrow(expect.objectContaining({ code: 'CAPACITY_FIGURES', detail: expect.stringMatching(why) }));
  });

  test('is a file: no folder, no pipe, no device', () => {
    const place = folder();
    expect(() => readFigures(place)).toThrow(/CAPACITY_FIGURES/);
    execFileSync('mkfifo', [join(place, 'pipe')]);
    expect(() => readFigures(join(place, 'pipe'))).toThrow(/is no file/);
    symlinkSync('/dev/zero', join(place, 'zero'));
    expect(() => readFigures(join(place, 'zero'))).toThrow(/is no file/);
  });
});

test('the best that is known counts, and says where it comes from', () => {
  const measured = { values: { cores: 2, camera_mbit_s: 3, model_window_ms: 30 }, at: Date.UTC(2026, 0, 31), holds: true };
  const figures = resolveFigures({ given: { cores: 8 }, logged: { values: { events_active_hour: 40 }, what: 'seen in the log' }, measured });
  expect(figures).toMatchObject({
    cores: { value: 8, source: { kind: 'given' } }, camera_mbit_s: { value: 3, source: { kind: 'measured', holds: true } }, events_active_hour: { value: 40, source: { kind: 'logged' } }, camera_active_cores: { value: 0.12, source: { kind: 'assumed' } },
  });
  expect(figures.engine_windows_s).toBeUndefined();
  expect(Object.values(figures).map(({ source }) => sourceText(source)).filter((text) => !/^(given|seen in the log|measured on this machine at 2026-01-3\d|assumed: .{8,})/.test(text))).toEqual([]);
  expect(sourceText({ kind: 'measured', at: 0, holds: false })).toMatch(/STALE$/);
  // a figure of nothing is a figure
  expect(resolveFigures({ given: { camera_mbit_s: 0 }, measured }).camera_mbit_s?.value).toBe(0);
});

test('figures are stale where the machine, the model or how it looks is another', () => {
  const now = fingerprintOf(CONFIG);
  expect(differences(now, fingerprintOf(CONFIG))).toEqual([]);
  const other = configSchema.parse({ model: { name: 'models/other' }, window: { hop: 0.5 } });
  expect(differences(now, fingerprintOf(other))).toEqual(expect.arrayContaining(['model.name is models/other, and was models/demo', 'window.hop is 0.5, and was 1']));
  expect(differences({ ...now, machine: { ...now.machine, cores: '64' } }, now)).toEqual([expect.stringMatching(/^machine\.cores is \d+, and was 64$/)]);
  // what has nothing to do with the cost does not count
  expect(differences(now, fingerprintOf(configSchema.parse({ model: { name: 'models/demo' }, log: { level: 'debug' }, cameras: [{ id: 'a', url: 'rtsp://10.0.0.1/a' }] })))).toEqual([]);
});

describe('activity', () => {
  test('is given in parts', () => {
    expect(meanActive(parseActivity('busy'))).toBe(1);
    expect(meanActive(parseActivity('still'))).toBe(0);
    expect(meanActive(parseActivity('usual'))).toBe(0.1);
    expect(meanActive(parseActivity('still=50, usual=40, busy=10'))).toBeCloseTo(0.14);
    expect(meanActive(parseActivity('still=1,usual=1', 0.5))).toBeCloseTo(0.25);
    for (const text of ['', 'lazy', 'busy=0', 'busy=-1', 'busy,busy=2', 'busy=1;still=1']) expect(() => parseActivity(text)).toThrow(/USAGE/);
  });

  test('is that of the busiest hour of the log', () => {
    const now = Date.UTC(2026, 0, 31);
    const HOUR = 3_600_000;
    const look = (camera: string, at: number, reason: Look['reason']): Look => ({ windowId: `${camera}${at}`, camera, reason, from: at, to: at + 2000, frames: 4, answeredAt: at, sightings: [] });
    // in one hour a camera is active for half of it (a window a second), in another for a tenth; a second camera is quiet
    const looks = [
      ...Array.from({ length: 1800 }, (_, i) => look('door', now - 3 * HOUR + 1000 * i, 'hop')),
      ...Array.from({ length: 360 }, (_, i) => look('door', now - 9 * HOUR + 1000 * i, i === 0 ? 'activity' : 'hop')),
      ...Array.from({ length: 24 }, (_, i) => look('yard', now - (i + 0.5) * HOUR, 'heartbeat')),
      look('gone', now - HOUR / 2, 'hop'),
    ];
    const log = {
      looks: ({ since = 0, until = 0 }) => looks.filter(({ from, to }) => to >= since && from <= until).sort((a, b) => a.from - b.from),
      events: () => Array.from({ length: 30 }, (_, i) => ({ text: `text ${i % 3}` })) as never,
    };
    const found = activityOf(log, ['door', 'yard'], 1, now);
    expect(found).toMatchObject({ active: expect.closeTo(0.25), values: { events_active_hour: expect.closeTo(30 / 0.6), texts_new: expect.closeTo(0.1) } });
    expect(found?.perHour).toEqual({ door: 90, yard: 1 });
    expect(activityOf({ ...log, looks: () => [] }, ['door'], 1, now)).toBeUndefined();
  });

  test('windows come no sooner than a pair of frames does', () => {
    expect(hopOf(CONFIG)).toBe(1);
    expect(hopOf(configSchema.parse({ model: { name: 'x' }, window: { hop: 0.2 } }))).toBe(0.5);
  });
});

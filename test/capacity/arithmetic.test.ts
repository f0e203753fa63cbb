import { describe, expect, test } from 'vitest';
import { capacityOf, costsOf, daysKept, lookStretch, MOST_CAMERAS } from '../../src/capacity/capacity.ts';
import { activeAtOnce } from '../../src/capacity/demand.ts';
import { fleetOf } from '../../src/capacity/fleet.ts';
import { resourcesOf } from '../../src/capacity/resources.ts';
import { given, planWith, ROUND, without } from './worked.ts';

describe('each resource is the first to end', () => {
  test.each([
    // a window of 100 ms each second: eight of them fill 0.8 of the model's time
    ['model', {}, 8],
    // 2 cores × 0.95 = 1.9; a camera 0.1 and its windows 0.02 of the model: 15.8
    ['processor', { cores: 2, model_window_ms: 20, model_window_cpu_ms: 20 }, 15],
    // 0.95 of a core; a camera 0.05, and a window of 50 ms a second 0.05: 9.5
    ['daemon', { daemon_active_cores: 0.05, daemon_window_ms: 50, model_window_ms: 1, model_window_cpu_ms: 1 }, 9],
    // 4,500 MB usable, 3,000 of it for the daemon and the model; a camera 100 and 50 s of 4 Mbit/s = 25: 12
    ['memory', { memory_mb: 5000, model_window_ms: 1 }, 12],
    // 0.8 × 40 Mbit/s / 4
    ['network', { network_mbit_s: 40, model_window_ms: 1 }, 8],
    // 0.5 × 7 MB/s; a camera 4 Mbit/s / 8 = 0.5 MB/s
    ['disk writes', { disk_write_mb_s: 7, model_window_ms: 1 }, 7],
    // 360 events an hour are 0.1 a second, 5 messages each: 0.5 a camera
    ['broker', { broker_messages_s: 3, events_active_hour: 360, model_window_ms: 1 }, 6],
  ] as const)('%s', (name, values, cameras) => {
    const found = capacityOf(planWith(values, { recording: name === 'disk writes' ? 'continuous' : 'off' }));
    expect(found).toMatchObject({ first: name, cameras });
    expect(found.limits.find((limit) => limit.name === name)).toEqual({ name, cameras, lacks: [] });
  });

  test('a full disk ends no watching: recordings reach back less far', () => {
    // a camera 4 Mbit/s × 86,400 s / 8 = 43.2 GB a day
    const plan = planWith({ disk_free_gb: 432.256, model_window_ms: 1 }, { recording: 'continuous', days: 5 });
    const found = capacityOf(plan);
    expect(found.limits.find(({ name }) => name === 'disk space')).toMatchObject({ cameras: 2 });
    expect(found.first).not.toBe('disk space');
    expect(daysKept(plan, 4)).toBeCloseTo(2.5);
    expect(daysKept(plan, 1)).toBe(5);
    expect(daysKept({ ...plan, maxMb: 43_200 }, 1)).toBeCloseTo(1);
    expect(daysKept({ ...plan, recording: 'off' }, 1)).toBeUndefined();
  });

  test('recordings around events take their share of the time', () => {
    // something moves 10 % of the time, on average over 30 cameras, and 36 events an hour of it bring 20 s each
    const plan = planWith({ events_active_hour: 0 }, { recording: 'events', active: 0.1 });
    const [, , , , , writes] = resourcesOf(plan, 30);
    expect(writes?.takes[0]).toMatchObject({ value: expect.closeTo((30 * 0.1 * 4) / 8) });
  });
});

describe('the model', () => {
  test('has rules and quiet cameras to do besides', () => {
    // 36 events an hour are 0.01 a second; (2 + 8 rules) × 10 ms × 0.01 = 1 ms a second beside a window's 100 ms
    expect(resourcesOf(planWith({ events_active_hour: 36 }, { rules: 8 }), 1)[0]?.takes).toMatchObject([{ value: 0.1 }, { value: 0 }, { value: expect.closeTo(0.001) }, { value: 0 }]);
    // six looks an hour of 600 ms: 1 ms a second
    expect(resourcesOf(planWith({ model_heartbeat_ms: 600 }, { active: 0 }), 1)[0]?.takes).toMatchObject([{ value: 0 }, { value: expect.closeTo(0.001) }, { value: 0 }]);
    expect(capacityOf(planWith({ model_heartbeat_ms: 600 }, { active: 0 })).limits[0]?.cameras).toBe(800);
  });

  test('is slower beside others at work, as far as they work', () => {
    const slowed = { model_loaded_window_ms: 140, model_loaded_cores: 1 };
    // seven cameras take 0.7 cores: 100 + 40 × 0.7 = 128 ms × 7 > 0.8 s; six: 124 ms × 6 = 0.744 s
    expect(capacityOf(planWith(slowed)).cameras).toBe(6);
    // no slower than twice as much work makes it, however much others do: 180 ms × 4
    expect(capacityOf(planWith({ ...slowed, camera_active_cores: 9 }, {})).limits[0]?.cameras).toBe(4);
    // a measure that went faster beside others says that they did not matter
    expect(capacityOf(planWith({ ...slowed, model_loaded_window_ms: 90 })).cameras).toBe(8);
  });

  test('computes windows whole where more cameras are active than it keeps', () => {
    const plan = planWith({ model_streams: 4, model_cold_ms: 400 });
    // five windows of 400 ms do not fit
    expect(capacityOf(plan).cameras).toBe(4);
    expect(lookStretch(plan, 5)).toBeCloseTo(2 / 0.8);
    expect(lookStretch(plan, 4)).toBe(1);
  });

  test('is asked about texts at a tenth of a window each where nobody has measured that', () => {
    const plan = planWith({ events_active_hour: 36 }, { rules: 8 });
    const { model_score_ms: _, ...figures } = plan.figures;
    expect(resourcesOf({ ...plan, figures }, 1)[0]?.takes[2]).toMatchObject({ value: expect.closeTo(0.001), how: expect.stringContaining('assumed') });
  });

  test('of an engine elsewhere takes nothing of this machine but the network', () => {
    const plan = planWith({ engine_windows_s: 40 }, { model: 'engine' });
    expect(capacityOf(plan)).toMatchObject({ cameras: 32, first: 'model' });
    const [, processor, , memory, network] = resourcesOf(plan, 10);
    expect(processor?.takes.map((part) => 'value' in part && part.value).reduce<number>((a, b) => a + Number(b), 0)).toBeCloseTo(1);
    expect(memory?.takes.map((part) => 'value' in part && part.value)).toEqual([1000, 1250]);
    // ten cameras of 4 Mbit/s, and ten windows a second of 200 kB
    expect(network?.takes.map((part) => 'value' in part && part.value)).toEqual([40, 16]);
  });
});

describe('what is not known', () => {
  test('is not reckoned with, and told', () => {
    const plan = { ...planWith(), figures: given(without(ROUND, 'model_window_ms', 'cores')) };
    const found = capacityOf(plan);
    expect(found.limits.slice(0, 2)).toEqual([{ name: 'model', cameras: undefined, lacks: ['model_window_ms'] }, { name: 'processor', cameras: undefined, lacks: ['cores'] }]);
    expect(found.first).toBe('memory');
    expect(lookStretch(plan, 3)).toBeUndefined();
    expect(costsOf(plan, 1, 0.1)[0]).toMatchObject({ still: undefined, busy: undefined, rule: undefined });
    expect(capacityOf({ ...plan, figures: {} })).toMatchObject({ cameras: undefined, first: undefined });
  });

  test('and what is nothing: no time, no memory, no cameras', () => {
    expect(capacityOf(planWith({ memory_mb: 0 }))).toMatchObject({ cameras: 0, first: 'memory' });
    expect(capacityOf(planWith({ engine_windows_s: 0 }, { model: 'engine' })).limits[0]).toMatchObject({ lacks: ['engine_windows_s'] });
    const nothing = planWith(Object.fromEntries(Object.keys(ROUND).map((name) => [name, /^(camera|daemon|model|events)/.test(name) ? 0 : 1e9])));
    expect(capacityOf(nothing)).toMatchObject({ cameras: MOST_CAMERAS, first: undefined });
    expect(resourcesOf(planWith(), 0).every(({ takes }) => takes.every((part) => 'value' in part && Number.isFinite(part.value)))).toBe(true);
  });
});

describe('cameras that are active now and then', () => {
  test('are sometimes active together', () => {
    expect(activeAtOnce(100, 0)).toBe(0);
    expect(activeAtOnce(100, 1)).toBe(100);
    // mean 10, deviation 3: 10 + 2.33 × 3
    expect(activeAtOnce(100, 0.1)).toBeCloseTo(16.99);
    expect(activeAtOnce(1, 0.5)).toBe(1);
    expect(activeAtOnce(0, 0.5)).toBe(0);
  });

  test('so that eight active at once are those of 37 cameras', () => {
    // 37 × 0.1 + 2.33 × √(37 × 0.09) = 7.95; of 38: 8.11
    expect(capacityOf(planWith({}, { active: 0.1 })).limits[0]?.cameras).toBe(37);
  });

  test('and cost what a still one and a busy one cost, by their share', () => {
    const costs = costsOf(planWith({ events_active_hour: 36 }, { rules: 1 }), 3, 0.1);
    // 0.1 of the windows and 3 texts × 10 ms × 0.01 a second
    expect(costs[0]).toMatchObject({ name: 'model', still: 0, busy: expect.closeTo(0.1003), usual: expect.closeTo(0.01003), rule: expect.closeTo(3 * 0.0001) });
    expect(costs[1]).toMatchObject({ name: 'processor', still: expect.closeTo(0.01), busy: expect.closeTo(0.2 + 0.0003) });
    expect(costs[3]).toMatchObject({ name: 'memory', still: 125, usual: 125, busy: 125, rule: 0 });
    expect(costs[4]).toMatchObject({ name: 'network', still: 4, busy: 4 });
  });
});

test('a fleet of busy cameras by hand', () => {
  const plan = planWith({ cores: 10, events_active_hour: 360, broker_messages_s: 100, disk_write_mb_s: 100 }, { recording: 'continuous' });
  const needs = Object.fromEntries(fleetOf(plan, 1000).needs.map(({ what, count }) => [what, count]));
  expect(needs).toEqual({
    // 9.5 cores / 0.1; the disk's 50 MB/s / 0.5002 carry 99
    daemons: Math.ceil(1000 / 95),
    // 1,000 windows a second / 10, and 100 events a second × 2 texts × 10 ms; / 0.7
    engines: 146,
    // 100 events a second × 5 / (100 × 0.7)
    brokers: 8,
    // 302 TB of recordings and 0.5 of log (2 kB × 100 × 86,400 × 30 days) / 14.4; the writing, 500.2 MB/s / 70, wants 8
    disks: Math.ceil((302.4 + 0.5184) / 14.4),
    // 4,000 Mbit/s from the cameras, and 1,000 × 200 kB × 8 to the engines
    network: 5.6,
  });
  expect(fleetOf({ ...plan, figures: given(without(ROUND, 'model_window_ms')) }, 100).needs.find(({ what }) => what === 'engines')).toMatchObject({ count: undefined });
  expect(fleetOf(planWith({ memory_mb: 0 }), 100).needs[0]).toMatchObject({ what: 'daemons', count: undefined });
});

import { describe, expect, it } from 'vitest';
import { askSchema } from '../../src/ask/request.ts';
import type { TimestampOut } from '../../src/api/schemas/multimodal.ts';
import { begun, bodyOf, NO_OPTIONS, withStep } from '../../src/web/ask/asking.ts';
import { filmAround, momentsAround } from '../../src/web/detail/around.ts';
import { partsOf } from '../../src/web/detail/latencyParts.ts';
import { localMoment } from '../../src/web/detail/localMoment.ts';
import { LONGEST, watchRange } from '../../src/web/detail/watchRange.ts';

const T = Date.parse('2026-11-22T14:00:00Z');
const stamp = (start: number): TimestampOut => ({ event: 'x', start, end: start + 10, start_at: null, end_at: null, uncertainty: 1, confidence: 1, relevance: null, source: 'file', event_id: null });

describe('a question', () => {
  it('is one that the API takes, with what was set and nothing else', () => {
    const camera = bodyOf({ kind: 'camera', camera: 'door', from: T + 0.4, to: T + 60_000 }, 'who came?', NO_OPTIONS, 'Asia/Tokyo');
    expect(camera).toEqual({ prompt: 'who came?', camera: 'door', options: { timestamp_unit: 'ms', output_timestamps: true, timezone: 'Asia/Tokyo', time_range: [T, T + 60_000] } });
    const set = { ...NO_OPTIONS, source: 'events' as const, frame_rate: '2', window_size: ' 4096 ', overlap_ratio: 'abc', temporal_alignment: false, filter: true, part: '0:15-0:20' };
    const live = bodyOf({ kind: 'camera', camera: 'door', from: null, to: null }, 'who?', set, 'Asia/Tokyo');
    expect(live).toMatchObject({ options: { frame_rate: 2, window_size: 4096, temporal_alignment: false, filter: true, source: 'events' } });
    expect(live['options']).not.toHaveProperty('time_range');
    expect(live['options']).not.toHaveProperty('overlap_ratio');
    const video = bodyOf({ kind: 'video', media: 'upload:1' }, 'who?', set, 'Asia/Tokyo');
    expect(video).toMatchObject({ media_url: 'upload:1', options: { time_range: '0:15-0:20' } });
    for (const body of [camera, live, video]) expect(askSchema.safeParse(body).success).toBe(true);
  });

  it('is answered step by step; the whole answer takes the place of its parts', () => {
    let asking = begun({ kind: 'video', media: 'upload:1' }, 'who?');
    asking = withStep(asking, 'progress', { stage: 'looking', at: 500, share: 0.5 });
    expect(asking).toMatchObject({ stage: 'looking', at: 500, share: 0.5, state: 'running' });
    asking = withStep(asking, 'progress', { stage: 'looking', at: null, share: null });
    expect(asking).toMatchObject({ at: 500, share: 0.5 });
    asking = withStep(withStep(asking, 'event', stamp(900)), 'event', stamp(100));
    expect(asking.stamps.map(({ start }) => start)).toEqual([100, 900]);
    asking = withStep(asking, 'answer', { text: 'one came', start: 0, end: 1000 });
    expect(asking.parts).toHaveLength(1);
    expect(withStep(asking, 'something new', {})).toBe(asking);
    asking = withStep(asking, 'done', { text: 'One came.', timestamps: [stamp(100)], answers: [] });
    expect(asking).toMatchObject({ state: 'done', share: 1, parts: [], stamps: [{ start: 100 }], answer: { text: 'One came.' } });
  });
});

describe('the story of an alert', () => {
  it('its latency is split so that the parts make the whole', () => {
    const parts = partsOf({ capture: 400, queue: 0, infer: 700, match: 80, publish: 20, total: 1500 });
    expect(parts.map(({ name, ms }) => [name, ms])).toEqual([['before', 300], ['capture', 400], ['infer', 700], ['match', 80], ['publish', 20]]);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    // the happening lies after the window's last frame: nothing passed before it
    expect(partsOf({ capture: 400, queue: 0, infer: 700, match: 80, publish: 20, total: 900 })[0]?.name).toBe('capture');
  });

  it('pictures and a film are asked for only where there is a recording', () => {
    const happening = { from: T, to: T + 4000 };
    expect(momentsAround(happening, [{ from: T, to: T + 60_000 }], 5)).toEqual([T, T + 2000, T + 4000, T + 6000]);
    expect(momentsAround(happening, [], 5)).toEqual([]);
    expect(filmAround(happening, [{ from: T - 1000, to: T + 2000 }, { from: T + 3000, to: T + 4500 }])).toEqual({ from: T - 1000, to: T + 4500 });
    expect(filmAround(happening, [{ from: T + 90_000, to: T + 99_000 }])).toBeUndefined();
    expect(filmAround({ from: T, to: T + 9e6 }, [{ from: T - 1e6, to: T + 9e6 }])).toEqual({ from: T - 3000, to: T + 123_000 });
  });

  it('addresses that mean no recording are none', () => {
    expect(watchRange(`door:${T}:${T + 5000}`)).toEqual({ camera: 'door', from: T, to: T + 5000, cut: false });
    expect(watchRange(`door:${T}:${T + LONGEST * 2}`)).toMatchObject({ to: T + LONGEST, cut: true });
    for (const text of ['', 'door', `../x:${T}:${T + 1}`, `door:${T}:${T}`, 'door:x:y', `Door:1:2`]) expect(watchRange(text)).toBeUndefined();
  });

  it('a moment is written as the viewer would, in their zone', () => {
    expect(localMoment(T, 'Asia/Shanghai')).toBe('2026-11-22T22:00:00');
  });
});

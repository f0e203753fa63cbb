import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MultimodalAnswer } from '../../../src/api/schemas/multimodal.ts';
import { stagesAt } from '../../../src/ask/look.ts';
import { saveClip } from '../../../src/demo/clip.ts';
import type { Room } from '../../../src/demo/room.ts';
import { heldOutRooms } from '../../../src/eval/scenes.ts';
import { pairHappenings } from '../../../src/eval/score.ts';
import type { Match } from '../../../src/eval/score.ts';
import { pulled } from '../../../src/ingest/pulled.ts';
import { sample } from '../../../src/sample/sample.ts';
import { createRecentFrames } from '../../../src/window/recentFrames.ts';
import { seedRequest, serveFiles, startAsking } from '../../ask/asking.ts';
import type { Asking } from '../../ask/asking.ts';
import { toldBy } from '../../ask/told.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-multimodal-'));
const room = heldOutRooms(3, 11, 60)[2] as Room;
/** the present, for cameras */
const NOW = Date.UTC(2026, 10, 22, 14, 30);
const frames = createRecentFrames({ seconds: 25, bytes: 64 * 2 ** 20 });
let asking: Asking;
let media: string;
let http: Awaited<ReturnType<typeof serveFiles>>;

beforeAll(async () => {
  await saveClip(room, join(folder, 'room'), { width: 384, height: 256, fps: 10 });
  writeFileSync(join(folder, 'broken.mp4'), 'no video');
  http = await serveFiles(folder);
  asking = await startAsking({ asker: () => ({ frames, now: () => NOW }) });
  media = await asking.upload(join(folder, 'room.mp4'));
});
afterAll(async () => {
  await asking.close();
  http.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Said { readonly text: string; readonly start: number; readonly end: number }

/** Which of the truth was told, and where; times of the answer in seconds from `zero` (ms). */
function matched({ timestamps, timestamp_unit: unit }: MultimodalAnswer, zero = 0): Match<Said, Room['events'][number]>[] {
  const scale = unit === 'ms' ? 1000 : 1;
  const said = timestamps.map((t) => ({ text: t.event, start: t.start / scale - zero / 1000, end: t.end / scale - zero / 1000 }));
  return pairHappenings(said, room.events, (a, b) => a.text === b.text, 1);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const onset = (matches: readonly Match[]): number => median(matches.map(({ said, truth }) => Math.abs(said.start - truth.start)));
const problem = async (response: Response): Promise<unknown[]> => [response.status, ((await response.json()) as { error: { code: string } }).error.code];

describe('a video that was uploaded', () => {
  test('is answered in words and with times, in the range and in order', async () => {
    const answer = await asking.answer(seedRequest(media, [15_000, 40_000]));
    const within = room.events.filter((e) => e.start > 15.5 && e.end < 39.5);
    expect(within.length).toBeGreaterThan(2);
    expect(matched(answer).filter(({ truth }) => within.includes(truth)).length).toBeGreaterThanOrEqual(within.length - 1);
    expect(onset(matched(answer))).toBeLessThan(0.3);
    expect(answer.timestamps.every((t) => t.start >= 15_000 && t.end <= 40_000 && t.start <= t.end && t.start_at === null)).toBe(true);
    expect(answer.timestamps.map((t) => t.start)).toEqual(answer.timestamps.map((t) => t.start).toSorted((a, b) => a - b));
    expect(answer.text.split('\n')).toHaveLength(answer.timestamps.length);
    expect(answer).toMatchObject({
      model: 'demo', source: 'file', timestamp_unit: 'ms', more: false, not_watched: [], looked_at: [{ start: 15_000, end: 40_000 }],
      range: { start: 15_000, end: 40_000, understood: '0:15.0 – 0:40.0' }, window: { window_size: 200 },
    });
  });

  test('the same question again is served from the features that are kept, and answered alike', async () => {
    const first = await asking.answer({ media_url: media, prompt: 'What happens?', options: { time_range: '0:40-0:52', frame_rate: 3 } });
    const again = await asking.answer({ media_url: media, prompt: 'What happens?', options: { time_range: '0:40-0:52', frame_rate: 3 } });
    expect(first.usage.visual_tokens).toBeGreaterThan(0);
    expect(first.usage.visual_tokens_cached).toBeLessThan(0.7 * first.usage.visual_tokens);
    expect(again.usage.visual_tokens_cached).toBe(again.usage.visual_tokens);
    expect({ ...again, usage: null }).toEqual({ ...first, usage: null });
  });

  test('when something happened is told by what matches, in seconds where they are asked for', async () => {
    const asked = room.events.find((e) => e.wear !== null) as Room['events'][number];
    const prompt = `When did ${asked.text.replace(/(\w+ \w+ \w+ \w+) (\w+?)s\b/, '$1 $2')}?`;
    const all = await asking.answer({ media_url: media, prompt, options: { timestamp_unit: 's' } });
    const few = await asking.answer({ media_url: media, prompt, options: { timestamp_unit: 's', filter: true } });
    const truth = room.events.filter((e) => e.text === asked.text);
    expect(all.range).toMatchObject({ start: 0, end: 60 });
    expect(all.timestamps.length).toBeGreaterThan(few.timestamps.length);
    expect(few.timestamps.every((t) => (t.relevance ?? 0) >= 0.5 && t.event === asked.text)).toBe(true);
    expect(few.timestamps.length).toBe(truth.length);
    expect(Math.abs((few.timestamps[0]?.start ?? 0) - (truth[0]?.start ?? 0))).toBeLessThan(0.6);
    expect(few.text.split('\n')).toHaveLength(truth.length);
    expect(matched(all).length).toBeGreaterThanOrEqual(0.85 * room.events.length);
  });

  test('a question of another kind is put to the model in its own words, its answers joined', async () => {
    const answer = await asking.answer({ media_url: media, prompt: 'Who is in the room at the end?', options: { time_range: 'first 12 seconds', output_timestamps: false } });
    expect(answer.timestamps).toEqual([]);
    expect(answer.answers.length).toBeGreaterThan(1);
    expect(answer.answers.every((a) => a.start >= 0 && a.end <= 12_000)).toBe(true);
    expect(answer.text).toMatch(/person in|Nobody/);
    const last = await asking.answer({ media_url: media, prompt: 'Who is in the room at the end?', options: { time_range: 'last 2 seconds', output_timestamps: false } });
    expect(last.range.start).toBeGreaterThan(57_000);
  });

  test('it is told as it goes to whoever takes server-sent events', async () => {
    const response = await asking.ask(seedRequest(media, [15_000, 40_000]), { accept: 'text/event-stream' });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const told: { event: string; data: unknown }[] = [];
    for await (const step of toldBy(response)) told.push(step);
    const kinds = told.map((t) => t.event);
    expect([kinds[0], kinds.at(-1)]).toEqual(['progress', 'done']);
    const done = told.at(-1)?.data as MultimodalAnswer;
    expect(told.filter((t) => t.event === 'event').map((t) => t.data)).toEqual(expect.arrayContaining(done.timestamps));
    expect(kinds.indexOf('event')).toBeLessThan(kinds.lastIndexOf('progress'));
    const shares = told.flatMap((t) => (t.event === 'progress' ? ((t.data as { share: number | null }).share ?? []) : []));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test('a client that goes ends the looking', async () => {
    const stop = new AbortController();
    const response = await asking.ask({ media_url: `${http.url}/room.mp4`, prompt: 'What happens?' }, { accept: 'text/event-stream', signal: stop.signal });
    let steps = 0;
    await expect((async () => {
      for await (const { event } of toldBy(response)) if (event === 'progress' && ++steps === 4) stop.abort();
    })()).rejects.toThrow();
    // what was fetched for it is gone, and there is place for the next
    await expect.poll(() => readdirSync(join(asking.folder, 'uploads')).length).toBe(1);
    expect((await asking.answer({ media_url: media, prompt: 'What happens?', options: { time_range: [0, 3000] } })).source).toBe('file');
  });
});

describe('an address', () => {
  test('is fetched and looked at, and not kept', async () => {
    const answer = await asking.answer({ media_url: `${http.url}/room.mp4`, prompt: 'What happens?', options: { time_range: [0, 20_000] } });
    const first = room.events.filter((e) => e.start > 0.5 && e.end < 19.5);
    expect(matched(answer).length).toBeGreaterThanOrEqual(first.length - 1);
    expect(readdirSync(join(asking.folder, 'uploads'))).toHaveLength(1);
  });

  test.each([
    ['file:///etc/passwd', 400, 'MEDIA_URL_SCHEME'], ['data:video/mp4;base64,AAAA', 400, 'MEDIA_URL_SCHEME'], ['rtsp://127.0.0.1/stream', 400, 'MEDIA_URL_SCHEME'], ['/etc/passwd', 400, 'MEDIA_URL_SCHEME'],
    ['upload:../../etc/passwd', 404, 'UPLOAD_NOT_FOUND'], [`upload:${'0'.repeat(32)}`, 404, 'UPLOAD_NOT_FOUND'],
    ['http://127.0.0.2:9/video.mp4', 422, 'ADDRESS_REFUSED'], ['http://[::1]:9/video.mp4', 422, 'ADDRESS_REFUSED'], ['http://169.254.169.254/latest/meta-data', 422, 'ADDRESS_REFUSED'], ['http://10.0.0.1/video.mp4', 422, 'ADDRESS_REFUSED'],
    ['HTTP/elsewhere', 422, 'REDIRECT_REFUSED'], ['HTTP/missing.mp4', 502, 'MEDIA_UNREACHABLE'], ['HTTP/endless', 413, 'UPLOAD_TOO_LARGE'], ['HTTP/broken.mp4', 422, 'VIDEO_UNREADABLE'], ['HTTP/room.json', 422, 'VIDEO_UNREADABLE'],
  ])('%s is refused', async (url, status, code) => {
    const asked = await asking.ask({ media_url: url.replace('HTTP', http.url), prompt: 'What happens?' });
    expect(await problem(asked)).toEqual([status, code]);
    expect(readdirSync(join(asking.folder, 'uploads'))).toHaveLength(1);
  });
});

describe('a camera', () => {
  const put = (id: string, text: string, start: number, end: number): void => {
    asking.store.putEvent({
      id, camera: 'room', text, start, end, startUncertainty: 120, endUncertainty: 80, timeSource: 'rtcp', phase: 'end', windowId: 'w', model: 'demo', confidence: 0.9, sightings: 2,
      detectedAt: end, latency: { capture: 1, queue: 1, infer: 1 },
    });
  };

  test('without a recording is answered from the log, with what was not watched', async () => {
    const at = Date.UTC(2026, 10, 21, 14, 5, 17);
    put('a', 'a person in red picks up the phone', at, at + 900);
    put('b', 'the light goes off', at + 60_000, at + 60_100);
    put('c', 'a person in red leaves the room', at + 3_600_000, at + 3_601_000);
    asking.store.putCoverage({ camera: 'room', start: at + 120_000, end: at + 180_000, reason: 'offline', detail: 'no route' });
    const answer = await asking.answer({ camera: 'room', prompt: 'when did someone pick up the phone?', options: { time_range: 'yesterday 14:00-14:20', timezone: 'UTC' } });
    expect(answer).toMatchObject({
      source: 'events', text: '14:05:17 – 14:05:17: a person in red picks up the phone'.replace(' – 14:05:17', ''), looked_at: [], usage: { windows: 0 },
      range: { start_at: '2026-11-21T14:00:00.000Z', end_at: '2026-11-21T14:20:00.000Z', understood: '2026-11-21 14:00:00 – 14:20:00 (UTC)' },
      not_watched: [{ reason: 'offline', start_ms: at + 120_000, end_ms: at + 180_000 }],
    });
    expect(answer.timestamps.map((t) => [t.event_id, t.source, t.start, t.start_at, t.uncertainty, (t.relevance ?? 0) > 0.5])).toEqual([
      ['a', 'events', at, '2026-11-21T14:05:17.000Z', 120, true], ['b', 'events', at + 60_000, '2026-11-21T14:06:17.000Z', 120, false],
    ]);
    for (const range of [['2026-11-21T14:00Z', '2026-11-21T14:20Z'], [at - 317_000, at + 883_000], '昨天下午2点到2点20分 UTC']) {
      const same = await asking.answer({ camera: 'room', prompt: 'what happened?', options: { time_range: range } });
      expect([same.range.start_at, same.timestamps.map((t) => t.event_id)]).toEqual(['2026-11-21T14:00:00.000Z', ['a', 'b']]);
    }
  });

  test('now is its last seconds, on the wall clock', async () => {
    const [from, zero] = [NOW - 20_000, NOW - 20_000 - 15_000];
    const live = (async function* () {
      for (let t = 13; t < 35; t += 1 / 8) yield { camera: 'room', pts: t, at: zero + t * 1000, uncertainty: 20, timeSource: 'rtcp' as const, width: 192, height: 128, data: room.render(t, 192, 128) };
    })();
    for await (const frame of pulled(live, sample(stagesAt(asking.config).sample))) frames.add(frame);
    const answer = await asking.answer({ camera: 'room', prompt: 'what is happening?', options: { time_range: 'now' } });
    const within = room.events.filter((e) => e.start > 15.5 && e.end < 34.5);
    const found = matched(answer, zero);
    expect(found.length).toBeGreaterThanOrEqual(within.length - 1);
    expect(onset(found)).toBeLessThan(0.3);
    expect(answer).toMatchObject({ source: 'live', range: { start: from, end: NOW, end_at: new Date(NOW).toISOString() } });
    const recent = await asking.answer({ camera: 'room', prompt: 'what happened?', options: { time_range: [-10, 0], timestamp_unit: 's', source: 'live' } });
    expect(recent.range).toMatchObject({ start: NOW / 1000 - 10, end: NOW / 1000 });
  });

  test.each([
    ['a camera that is not there', { camera: 'yard', prompt: '?' }, 404, 'CAMERA_NOT_FOUND'], ['a range ahead', { camera: 'room', prompt: '?', options: { time_range: 'next 10 seconds' } }, 400, 'RANGE_AHEAD'],
    ['a time ahead', { camera: 'room', prompt: '?', options: { time_range: ['2026-12-01T10:00Z', '2026-12-01T11:00Z'] } }, 400, 'RANGE_AHEAD'], ['no time', { camera: 'room', prompt: '?', options: { time_range: 'phone' } }, 400, 'TIME_UNPARSABLE'],
    ['a video’s range', { camera: 'room', prompt: '?', options: { time_range: [15_000, 20_000] } }, 400, 'USAGE'], ['a recording that is not there', { camera: 'room', prompt: '?', options: { time_range: 'last week', source: 'recording' } }, 404, 'MEDIA_GONE'],
    ['frames that are forgotten', { camera: 'room', prompt: '?', options: { time_range: 'yesterday', source: 'live' } }, 404, 'MEDIA_GONE'],
  ])('%s is refused', async (_, body, status, code) => {
    expect(await problem(await asking.ask(body))).toEqual([status, code]);
  });
});

describe('a request', () => {
  test.each([
    ['without a prompt', { media_url: 'M' }, 400, 'REQUEST_INVALID'], ['with an empty one', { media_url: 'M', prompt: '  ' }, 400, 'REQUEST_INVALID'], ['about nothing', { prompt: 'x' }, 400, 'REQUEST_INVALID'],
    ['about two things', { prompt: 'x', media_url: 'M', camera: 'room' }, 400, 'REQUEST_INVALID'], ['with a field that is unknown', { prompt: 'x', media_url: 'M', fps: 3 }, 400, 'REQUEST_INVALID'],
    ['with an option that is unknown', { prompt: 'x', media_url: 'M', options: { fps: 3 } }, 400, 'REQUEST_INVALID'], ['for another way to look', { prompt: 'x', media_url: 'M', options: { inference_mode: 'whole' } }, 400, 'REQUEST_INVALID'],
    ['of another model', { prompt: 'x', media_url: 'M', model: 'gpt' }, 404, 'MODEL_UNKNOWN'], ['with a range beyond the end', { prompt: 'x', media_url: 'M', options: { time_range: [90_000, 95_000] } }, 400, 'USAGE'],
    ['with a range backwards', { prompt: 'x', media_url: 'M', options: { time_range: [9000, 5000] } }, 400, 'USAGE'], ['with a range of a wall clock', { prompt: 'x', media_url: 'M', options: { time_range: 'yesterday' } }, 400, 'TIME_UNPARSABLE'],
    ['with windows that hold nothing', { prompt: 'x', media_url: 'M', options: { window_size: 63 } }, 400, 'REQUEST_INVALID'], ['in a zone that is none', { prompt: 'x', camera: 'room', options: { timezone: 'Mars/Olympus' } }, 400, 'REQUEST_INVALID'],
  ])('%s is refused', async (_, body, status, code) => {
    expect(await problem(await asking.ask('media_url' in body ? { ...body, media_url: media } : body))).toEqual([status, code]);
  });

  test('by server-sent events is refused in one', async () => {
    const told: { event: string; data: unknown }[] = [];
    for await (const step of toldBy(await asking.ask({ prompt: 'x', media_url: 'file:///etc/passwd' }, { accept: 'text/event-stream' }))) told.push(step);
    expect(told).toMatchObject([{ event: 'error', data: { error: { code: 'MEDIA_URL_SCHEME' } } }]);
  });
});

describe('uploads', () => {
  test('tell how long the video is, and go when they are deleted', async () => {
    const uploaded = await asking.api.post('/v1/uploads', readFileSync(join(folder, 'room.mp4')), { scope: 'editor', headers: { 'content-type': 'application/octet-stream' } });
    const { id, duration_ms: duration, media_url: url } = (await uploaded.json()) as { id: string; duration_ms: number; media_url: string };
    expect([uploaded.status, Math.round(duration / 100), url]).toEqual([201, 600, `upload:${id}`]);
    expect((await asking.api.delete(`/v1/uploads/${id}`, { scope: 'editor' })).status).toBe(204);
    expect(await problem(await asking.api.delete(`/v1/uploads/${id}`, { scope: 'editor' }))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect(await problem(await asking.ask({ media_url: url, prompt: 'x' }))).toEqual([404, 'UPLOAD_NOT_FOUND']);
  });

  test('that are no video, too large, or of a viewer are refused', async () => {
    const headers = { 'content-type': 'video/mp4' };
    expect(await problem(await asking.api.post('/v1/uploads', 'no video', { scope: 'editor', headers }))).toEqual([422, 'VIDEO_UNREADABLE']);
    expect(await problem(await asking.api.post('/v1/uploads', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n', { scope: 'editor', headers }))).toEqual([422, 'VIDEO_UNREADABLE']);
    expect((await problem(await asking.api.post('/v1/uploads', new Uint8Array(50e6 + 10), { scope: 'editor', headers })))[0]).toBe(413);
    expect(await problem(await asking.api.post('/v1/uploads', 'x', { scope: 'viewer', headers }))).toEqual([403, 'TOKEN_SCOPE']);
    expect(readdirSync(join(asking.folder, 'uploads'))).toHaveLength(1);
  });
});

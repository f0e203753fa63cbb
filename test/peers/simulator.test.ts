import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MadeClip } from './makeClip.ts';
import { playRtsp } from './rtspClient.ts';
import type { RtspClient } from './rtspClient.ts';
import { barClip, startSimulator } from './simulator.ts';
import type { Change, Simulator } from './simulator.ts';
import { createTimeline } from './timeline.ts';

let clips: MadeClip[];
let simulator: Simulator;
let client: RtspClient | undefined;
let paths = 0;

beforeAll(async () => {
  const size = { width: 320, height: 192 };
  clips = [await barClip({ frames: 40, fps: 20, noise: 20, ...size }), await barClip({ frames: 40, fps: 20, bframes: 2, codec: 'hevc', ...size })];
  clips.push(await barClip({ frames: 20, fps: 20, width: 192, height: 128 }));
  simulator = await startSimulator();
});
afterEach(() => client?.close());
afterAll(async () => {
  await simulator.stop();
  for (const clip of clips) await clip.remove();
});

async function play(change: Change = {}, transport: 'tcp' | 'udp' = 'tcp', headers = ''): Promise<{ client: RtspClient; path: string }> {
  const path = `camera/${paths++}`;
  await simulator.tell(path, { clip: clips[0]?.file, fps: 20, ...change });
  client = await playRtsp(simulator.url(path), transport, headers);
  return { client, path };
}

/** Time stamps of the access units, in order of arrival. */
const units = (from: RtspClient): number[] => from.packets.filter(({ marker }) => marker).map(({ timestamp }) => timestamp);
const steps = (values: readonly number[]): number[] => values.slice(1).map((value, i) => value - (values[i] ?? 0));

describe('a simulated camera', () => {
  it.each(['tcp', 'udp'] as const)('sends whole access units at its rate over %s, from a keyframe on', async (transport) => {
    const { client: c } = await play({ seed: 3 }, transport);
    await c.until(() => units(c).length > 60);
    expect(steps(units(c)).every((step) => step === 4500)).toBe(true);
    expect(steps(c.packets.map(({ sequence }) => sequence)).every((step) => step === 1 || step === -65_535)).toBe(true);
    expect((c.packets[0]?.payload[0] ?? 0) & 0x1f).toBe(7);
    expect(c.sdp).toContain('sprop-parameter-sets=');
    const fragments = c.packets.filter(({ payload }) => ((payload[0] ?? 0) & 0x1f) === 28);
    expect(fragments.length).toBeGreaterThan(60);
    expect(c.packets.every(({ payload }) => payload.length <= 1400)).toBe(true);
  });

  it('stamps B-frames with their time of capture and sends none before it', async () => {
    const { client: c } = await play({ clip: clips[1]?.file });
    await c.until(() => units(c).length > 40);
    expect(steps(units(c)).some((step) => step < 0)).toBe(true);
    // all but the last, which may still miss a B-frame
    expect(new Set(steps(units(c).toSorted((a, b) => a - b)).slice(0, -4))).toEqual(new Set([4500]));
    expect(c.sdp).toMatch(/H265\/90000/);
    const [report] = c.reports;
    for (const { timestamp, arrival } of c.packets) expect(arrival - ((report?.ntp ?? 0) + (timestamp - (report?.rtp ?? 0)) / 90)).toBeGreaterThan(-1);
  });

  it('tells the truth in its reports, unless its clock is wrong', async () => {
    const { client: c, path } = await play({ reports: { every: 100, late: 0, prompt: 0 } });
    const told = (): number => {
      const [report, packet] = [c.reports.at(-1), c.packets.at(-1)];
      return (report?.ntp ?? 0) + ((packet?.timestamp ?? 0) - (report?.rtp ?? 0)) / 90;
    };
    const newReports = async (): Promise<void> => {
      const before = c.reports.length;
      await c.until(() => c.reports.length > before + 1);
    };
    await c.until(() => units(c).length > 4);
    // the newest frame's index is unknown here: that of the nearest is right to half a frame
    const nearest = (at: number): number => Math.min(...Array.from({ length: 40 }, (_, i) => Math.abs(simulator.truth(path, i, at) - at)));
    expect(nearest(told())).toBeLessThan(0.05);
    await simulator.tell(path, { ntpOffset: 3_600_000 });
    await newReports();
    expect(Math.abs(told() - Date.now() - 3_600_000)).toBeLessThan(2000);
    expect(nearest(told() - 3_600_000)).toBeLessThan(0.05);
    await simulator.tell(path, { ntpOffset: 0 });
    await newReports();
    expect(nearest(told())).toBeLessThan(0.05);
  });

  it('stamps reports late, as many and as much as it is told to', async () => {
    const { client: c } = await play({ seed: 5, reports: { every: 10, late: 600, prompt: 0.25 } });
    await c.until(() => c.reports.length > 500);
    const lines = c.reports.map(({ ntp, rtp }) => ntp - rtp / 90);
    const first = Math.min(...lines);
    const late = lines.map((line) => line - first).filter((ms) => ms > 0.1);
    expect(late.length / lines.length).toBeGreaterThan(0.68);
    expect(late.length / lines.length).toBeLessThan(0.82);
    const mean = late.reduce((sum, ms) => sum + ms, 0) / late.length;
    expect(mean).toBeGreaterThan(450);
    expect(mean).toBeLessThan(750);
  });

  it('sends no report where it has none', async () => {
    const { client: c } = await play({ reports: { every: 0, late: 0, prompt: 0 } });
    await c.until(() => units(c).length > 20);
    expect(c.reports).toEqual([]);
  });

  it('wraps, drifts and jumps', async () => {
    const { client: c, path } = await play({ rtpStart: 2 ** 32 - 90_000, drift: 20_000, reports: { every: 0, late: 0, prompt: 0 } });
    await c.until(() => steps(units(c)).some((step) => step < -1e9));
    for (const step of steps(units(c))) expect(Math.abs((step + 2 ** 32) % 2 ** 32 - 4590)).toBeLessThan(2);
    await simulator.tell(path, { rtpJump: 900_000 });
    await c.until(() => steps(units(c)).some((step) => Math.abs(step - 904_590) < 2));
  });

  it('delays, and keeps all back while the network is congested', async () => {
    const { client: c } = await play({ delay: { constant: 100, jitter: 20, burst: { every: 800, length: 400 } } });
    await c.until(() => units(c).length > 100);
    const [report] = c.reports;
    const delays = c.packets.map(({ arrival, timestamp }) => arrival - ((report?.ntp ?? 0) + (timestamp - (report?.rtp ?? 0)) / 90));
    expect(Math.min(...delays)).toBeGreaterThan(99);
    expect(Math.max(...delays)).toBeGreaterThan(250);
    expect(steps(c.packets.map(({ sequence }) => sequence)).every((step) => step === 1 || step === -65_535)).toBe(true);
  });

  it('loses and reorders UDP packets', async () => {
    const { client: c, path } = await play({ loss: 0.05, reorder: 0.02, seed: 4 }, 'udp');
    await c.until(() => c.packets.length > 600);
    const numbers = c.packets.map(({ sequence }) => sequence);
    const lost = (((numbers.at(-1) ?? 0) - (numbers[0] ?? 0) + 65_536) % 65_536) + 1 - numbers.length;
    expect(lost).toBeGreaterThan(15);
    expect(lost).toBeLessThan(60);
    expect(steps(numbers).filter((step) => step === -1).length).toBeGreaterThan(1);
    expect((await simulator.tell(path, {})).dropped).toBeGreaterThanOrEqual(lost);
  });

  it('changes its resolution between two frames', async () => {
    const { client: c, path } = await play();
    const sets = (): string[] => c.packets.filter(({ payload }) => ((payload[0] ?? 0) & 0x1f) === 7).map(({ payload }) => payload.toString('hex'));
    await c.until(() => units(c).length > 5);
    await simulator.tell(path, { clip: clips[2]?.file });
    await c.until(() => new Set(sets()).size === 2 && sets().length > 2);
    expect(new Set(steps(units(c)))).toEqual(new Set([4500]));
    const now = Date.now();
    expect(Math.abs(simulator.truth(path, 10, now) - now)).toBeLessThan(1500);
    expect(simulator.truth(path, 45, now)).toBeNaN();
  });

  it('changes its rate, and still knows when each frame was captured', async () => {
    const { client: c, path } = await play({ reports: { every: 100, late: 0, prompt: 0 } });
    await c.until(() => units(c).length > 5);
    await simulator.tell(path, { fps: 10 });
    await c.until(() => steps(units(c)).filter((step) => step === 9000).length > 5);
    const [report, packet] = [c.reports.at(-1), c.packets.at(-1)];
    const at = (report?.ntp ?? 0) + ((packet?.timestamp ?? 0) - (report?.rtp ?? 0)) / 90;
    expect(Math.min(...Array.from({ length: 40 }, (_, i) => Math.abs(simulator.truth(path, i, at) - at)))).toBeLessThan(0.05);
  });

  it('falls silent, cuts, refuses, restarts and goes', async () => {
    const { client: c, path } = await play();
    await c.until(() => units(c).length > 3);
    await simulator.tell(path, { state: 'stalled' });
    expect(await Promise.race([c.request('GET_PARAMETER'), new Promise((resolve) => setTimeout(resolve, 400, 'silence'))])).toBe('silence');
    expect(c.closed).toBe(false);
    await simulator.tell(path, { state: 'up' });
    const before = units(c).length;
    await c.until(() => units(c).length > before + 3);
    await simulator.tell(path, { restart: true });
    await c.until(() => c.closed);
    const again = await playRtsp(simulator.url(path));
    await again.until(() => again.packets.length > 0);
    expect(again.packets[0]?.ssrc).not.toBe(c.packets[0]?.ssrc);
    await simulator.tell(path, { cut: true, state: 'refusing' });
    await again.until(() => again.closed);
    expect((await playRtsp(simulator.url(path))).closed).toBe(true);
    await simulator.tell(path, { remove: true });
    const gone = await playRtsp(simulator.url(path));
    expect(gone.sdp).toContain('404');
    gone.close();
  });

  it('redirects, and asks for a password', async () => {
    const { client: sent } = await play({ redirect: 'rtsp://127.0.0.2:1/elsewhere' });
    expect(sent.sdp).toMatch(/302 Found\r\n.*Location: rtsp:\/\/127\.0\.0\.2:1\/elsewhere/s);
    sent.close();
    const auth = { user: 'joe', password: 'pa55word' } as const;
    const { client: basic } = await play({ auth: { ...auth, scheme: 'basic' } }, 'tcp', `Authorization: Basic ${Buffer.from('joe:pa55word').toString('base64')}\r\n`);
    await basic.until(() => basic.packets.length > 0);
    basic.close();
    const { client: digest } = await play({ auth: { ...auth, scheme: 'digest' } });
    const nonce = /nonce="(\w+)"/.exec(digest.sdp)?.[1];
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    digest.close();
    const path = `camera/${paths - 1}`;
    const proof = md5(`${md5('joe:camera:pa55word')}:${nonce}:${md5('DESCRIBE:x')}`);
    const right = await playRtsp(simulator.url(path), 'tcp', `Authorization: Digest username="joe", uri="x", response="${proof}"\r\n`);
    expect(right.sdp).toContain('200 OK');
    right.close();
  });

  it('says what is wrong with a clip', async () => {
    await expect(simulator.tell('broken', { clip: '/nowhere.mp4', fps: 20 })).rejects.toThrow('/nowhere.mp4 cannot be opened.');
    await expect(simulator.tell('broken', {})).rejects.toThrow('begins with a clip');
  });
});

describe('a timeline', () => {
  it('finds the frame that shows an index, over loops and changes', () => {
    const timeline = createTimeline();
    expect(timeline.find(0, 0)).toBeUndefined();
    timeline.begin({ first: 0, at: 1000, period: 100, origin: 0, length: 10, wobble: 0 });
    expect(timeline.find(3, 2290)).toBe(13);
    timeline.begin({ first: 15, at: 2500, period: 50, origin: 15, length: 4, wobble: 0.3 });
    expect(timeline.find(0, 2700)).toBe(19);
    expect(Math.abs(timeline.capture(19) - 2700)).toBeLessThan(15.1);
    expect(timeline.find(8, 1800)).toBe(8);
    expect(timeline.find(12, 1800)).toBeUndefined();
  });
});

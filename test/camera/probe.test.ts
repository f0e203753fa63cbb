import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Looked } from '../../src/camera/cameraWire.ts';
import { probeCamera } from '../../src/camera/probe.ts';
import type { ProbeOptions } from '../../src/camera/probe.ts';
import { createLogger } from '../../src/health/log.ts';
import { Secret } from '../../src/secret.ts';
import type { Frame } from '../../src/values.ts';
import { makeClip, startSimulator } from '../peers/simulator.ts';
import type { Simulator } from '../peers/simulator.ts';

const log = createLogger({ level: 'silent' });
const FPS = 25;
let simulator: Simulator;
let clip: Awaited<ReturnType<typeof makeClip>>;

beforeAll(async () => {
  clip = await makeClip({ frames: 2 * FPS, fps: FPS, gop: 2 * FPS, width: 1280, height: 720 }, (index, i420) => {
    if (index === 0) i420.fill(110);
  });
  simulator = await startSimulator();
}, 60_000);

afterAll(async () => {
  await simulator.stop();
  await clip.remove();
});

function options(path: string, more: Partial<ProbeOptions> = {}): ProbeOptions {
  return {
    url: new Secret(simulator.url(path)), seconds: 6, frameSize: { minPixels: 1024, maxPixels: 98_304 }, network: { allow: ['127.0.0.1'], tls: 'verify' },
    sample: { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 }, ...more,
  };
}

describe('a probe', () => {
  it('tells what a camera sends, how it was looked at and what that costs', async () => {
    await simulator.tell('still', { clip: clip.file, fps: FPS, reports: { every: 1000, late: 0, prompt: 0 } });
    const [frames, all]: [Frame[], Looked[]] = [[], []];
    const stop = new AbortController();
    const looked = (one: Looked): void => {
      const before = all.push(one) > 1 ? (all.at(-2)?.pts ?? 0) : one.pts;
      // it has slept from one check to the next: that is enough
      if (one.pts - before > 2.5) stop.abort();
    };
    const found = await probeCamera(options('still', { seconds: 40, kept: (frame) => frames.push(frame), looked }), stop.signal, log);
    expect(found.facts).toMatchObject({ codec: 'h264', width: 1280, height: 720, timeSource: 'rtcp' });
    expect(found.facts.measuredFps).toBeCloseTo(FPS, 0);
    expect(found.facts.keyframeInterval).toBeCloseTo(2, 1);
    expect(found.facts.bitrate).toBeGreaterThan(1000);
    expect(found.facts.asleep).toBeGreaterThan(0);
    expect(found.frame).toEqual({ width: 416, height: 224 });
    expect(found.counts).toEqual({ looked: all.length, kept: frames.length });
    // the last one may have been told of, and not have come
    const kept = all.filter((one) => one.kept).map((one) => one.at);
    expect(frames.map((frame) => frame.at)).toEqual(kept.slice(0, frames.length));
    expect(kept.length - frames.length).toBeLessThanOrEqual(1);
    expect(found.cost.idle).toMatchObject({ measured: true });
    expect(found.ended).toBeUndefined();
    expect((await simulator.tell('still', {})).clients).toBe(0);
  }, 90_000);

  it('without the gate never sleeps', async () => {
    await simulator.tell('all', { clip: clip.file, fps: FPS });
    const found = await probeCamera(options('all', { gate: false, seconds: 4 }), new AbortController().signal, log);
    expect(found.facts.asleep).toBe(0);
    expect(found.cost.idle.measured).toBe(false);
    expect(found.facts.decoded).toBeGreaterThan(2 * FPS);
  }, 30_000);

  it('that is stopped tells what it has seen by then', async () => {
    await simulator.tell('stopped', { clip: clip.file, fps: FPS });
    const stop = new AbortController();
    let seen = 0;
    const found = await probeCamera(options('stopped', { seconds: 3600, looked: () => (++seen === 8 ? stop.abort() : undefined) }), stop.signal, log);
    expect(found.counts.looked).toBe(8);
    expect((await simulator.tell('stopped', {})).clients).toBe(0);
  }, 30_000);

  it('of a camera that goes away tells when it did, and what was seen', async () => {
    await simulator.tell('gone', { clip: clip.file, fps: FPS });
    let seen = 0;
    const looked = (): void => {
      if (++seen === 12) void simulator.tell('gone', { remove: true });
    };
    const found = await probeCamera(options('gone', { seconds: 3600, looked }), new AbortController().signal, log);
    expect(found.ended).toMatch(/ended|broke|stream|connection/i);
    expect(found.facts.width).toBe(1280);
  }, 30_000);

  it.each([
    ['an address that nobody listed', {}, { network: { allow: [], tls: 'verify' } }, 'ADDRESS_REFUSED'],
    ['a camera that refuses', { state: 'refusing' }, {}, 'CAMERA_UNREACHABLE'],
    ['a camera that sends nothing', { state: 'mute' }, {}, 'CAMERA_STALLED'],
  ] as const)('of %s fails with what is wrong, and no password in it', async (_, change, more, code) => {
    await simulator.tell('bad', { clip: clip.file, fps: FPS, state: 'up', ...change });
    const failure: unknown = await probeCamera(options('bad', { url: new Secret(simulator.url('bad', 'viewer:hunter22')), ...more }), new AbortController().signal, log).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toContain('hunter22');
  }, 60_000);
});

import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import { Secret } from '../../src/secret.ts';
import type { Frame } from '../../src/values.ts';
import { readBars } from '../ingest/barcode.ts';
import { endProcess, freePort, publishBars, serveRtsp } from '../ingest/peers.ts';
import { TOLERANCE, watch } from '../ingest/watch.ts';
import { elementaryStream, live555, proxyRtsp, serveFolder } from './live555.ts';
import { relayLossy } from './lossyRelay.ts';
import type { LossyRelay } from './lossyRelay.ts';
import { barClip, readIndex, startSimulator } from './simulator.ts';
import type { MadeClip, Simulator } from './simulator.ts';

const FPS = 25;
let clip: MadeClip;
let simulator: Simulator;
let abort = new AbortController();
let peer: ChildProcess | undefined;
let relay: LossyRelay | undefined;

beforeAll(async () => {
  // a minute before its index begins again, and a keyframe twice a second: what is lost is soon made good
  clip = await barClip({ frames: 60 * FPS, fps: FPS, gop: 12, width: 320, height: 192 });
  simulator = await startSimulator();
  await simulator.tell('camera', { clip: clip.file, fps: FPS, reports: { every: 1000, late: 0, prompt: 0 } });
});
afterEach(async () => {
  abort.abort();
  abort = new AbortController();
  relay?.close();
  relay = undefined;
  await endProcess(peer);
});
afterAll(async () => {
  await simulator.stop();
  await clip.remove();
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const share = <T>(values: readonly T[], holds: (value: T) => boolean): number => values.filter(holds).length / values.length;
const wrong = (frame: Frame): number => Math.abs(frame.at - readBars(frame, frame.at));
const simulatedError = (frame: Frame): number => Math.abs(frame.at - simulator.truth('camera', readIndex(frame).index, frame.at));

describe('GStreamer', () => {
  it.each([
    ['TCP', 'tcp', []],
    ['TCP, with B-frames', 'tcp', ['--bframes', '2']],
    ['UDP', 'udp', ['--bframes', '2']],
  ] as const)('over %s reports when pictures were made, and that is when they are said to be made', async (_name, transport, args) => {
    const port = await freePort();
    peer = await serveRtsp(port, ['--capture-time', ...args]);
    const watched = watch(`rtsp://127.0.0.1:${port}/cam`, abort.signal, { transport });
    await watched.until('online');
    await watched.more(40);
    const timed = watched.frames.filter((frame) => frame.timeSource === 'rtcp');
    expect(timed.length).toBeGreaterThan(8);
    expect(median(timed.map(wrong))).toBeLessThan(TOLERANCE);
  });

  // a loss costs the frames up to the next keyframe, two seconds on: of those that come, few show it
  it.each([0.01, 0.05])('over UDP that loses %d of the packets keeps coming, with true times', async (loss) => {
    const port = await freePort();
    peer = await serveRtsp(port);
    relay = await relayLossy(port, loss, 3);
    const watched = watch(`rtsp://127.0.0.1:${relay.port}/cam`, abort.signal, { transport: 'udp' });
    await watched.until('online');
    const frames = await watched.more(80);
    expect(relay.lost).toBeGreaterThan(0);
    expect(share(frames, (frame) => wrong(frame) < TOLERANCE)).toBeGreaterThan(loss > 0.02 ? 0.6 : 0.9);
  });
});

describe('the camera simulator', () => {
  it.each([0.01, 0.05])('over UDP that loses %d of the packets keeps coming, with true times and few damaged frames', async (loss) => {
    await simulator.tell('camera', { loss });
    const watched = watch(simulator.url('camera'), abort.signal, { transport: 'udp' });
    await watched.until('online');
    const frames = await watched.more(100);
    await simulator.tell('camera', { loss: 0 });
    expect(share(frames, (frame) => readIndex(frame).damaged)).toBeLessThan(loss > 0.02 ? 0.25 : 0.05);
    expect(median(frames.map(simulatedError))).toBeLessThan(2);
    expect(share(frames, (frame) => simulatedError(frame) < 20)).toBeGreaterThan(loss > 0.02 ? 0.6 : 0.9);
  });
});

const proxy = live555('live555ProxyServer');
const server = live555('live555MediaServer');

describe.skipIf(!proxy || !server)(proxy && server ? 'live555' : 'live555, which is not installed here (livemedia-utils, which not every Debian has)', () => {
  it.each([['as it comes', clipOf(0)], ['with B-frames', clipOf(2)]] as const)('passes a camera on %s, and its time with it', async (_name, made) => {
    const own = await made();
    await simulator.tell('passed-on', { clip: own.file, fps: FPS, reports: { every: 1000, late: 0, prompt: 0 } });
    const port = await freePort();
    peer = await proxyRtsp(proxy ?? '', port, simulator.url('passed-on'));
    const watched = watch(`rtsp://127.0.0.1:${port}/proxyStream`, abort.signal);
    await watched.until('online');
    await watched.more(80);
    await own.remove();
    const timed = watched.frames.filter((frame) => frame.timeSource === 'rtcp');
    expect(timed.length).toBeGreaterThan(8);
    expect(median(timed.map((frame) => Math.abs(frame.at - simulator.truth('passed-on', readIndex(frame).index, frame.at))))).toBeLessThan(20);
  });

  it('serves a file as if it were live, at an even pace', async () => {
    const folder = dirname(clip.file);
    elementaryStream(clip.file, join(folder, 'live.264'));
    const started = await serveFolder(server ?? '', folder);
    peer = started.child;
    const watched = watch(`rtsp://127.0.0.1:${started.port}/live.264`, abort.signal);
    await watched.until('online');
    await watched.more(80);
    const timed = watched.frames.filter((frame) => frame.timeSource === 'rtcp');
    expect(timed.length).toBeGreaterThan(8);
    const begun = timed.map((frame) => frame.at - (readIndex(frame).index * 1000) / FPS);
    const typical = median(begun);
    expect(share(begun, (moment) => Math.abs(moment - typical) < 5)).toBeGreaterThan(0.95);
    await rm(join(folder, 'live.264'));
  });
});

describe('ffmpeg', () => {
  it.each([
    ['without B-frames', ['-preset', 'ultrafast', '-tune', 'zerolatency']],
    ['with B-frames and look-ahead', ['-preset', 'veryfast', '-bf', '2', '-rc-lookahead', '10']],
  ] as const)('publishes over RTMP %s, and the truth lies within what is published', async (_name, x264) => {
    const key = new Secret('foreign-peer-key');
    const door = await startRtmpServer({ port: 0, keys: [key] }, abort.signal, pino({ level: 'silent' }));
    peer = publishBars(door.url(key).reveal(), x264);
    const watched = watch(door.url(key).reveal(), abort.signal);
    await watched.until('online');
    const frames = await watched.more(60);
    expect(share(frames, (frame) => wrong(frame) <= frame.uncertainty)).toBeGreaterThan(0.97);
    abort.abort();
    await door.child.stop();
  });
});

/** A clip of its own, made when it is needed. */
function clipOf(bframes: number): () => Promise<MadeClip> {
  return () => barClip({ frames: 20 * FPS, fps: FPS, gop: FPS, bframes, width: 320, height: 192 });
}

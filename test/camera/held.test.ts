import { setTimeout as sleep } from 'node:timers/promises';
import { Packet } from 'node-av/lib';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CameraInit, FromCamera, Looked } from '../../src/camera/cameraWire.ts';
import type { StreamFacts } from '../../src/camera/facts.ts';
import { createStream } from '../../src/camera/stream.ts';
import { parseAddress } from '../../src/ingest/address.ts';
import { createDecoder } from '../../src/ingest/decoder.ts';
import { openSource } from '../../src/ingest/source.ts';
import { createRandom } from '../ingest/random.ts';
import { watch } from '../ingest/watch.ts';
import { drawIndex } from '../peers/bars.ts';
import { makeClip, readIndex, startSimulator } from '../peers/simulator.ts';
import type { MadeClip, Simulator } from '../peers/simulator.ts';

const FPS = 25;
const SIZE = { width: 384, height: 256 };
/** Rows at the top, outside of what is looked at, in which every frame tells its index. */
const BAND = 32;
/** Of the clip's frames: something large moves. */
const MOVES = { from: 40 * FPS, to: 43 * FPS };
const FRAMES = 60 * FPS;

let simulator: Simulator;
const clips = new Map<string, MadeClip>();

/** A still room, and for three seconds of its minute a movement, with each frame's index at the top. */
function drawRoom(): (index: number, i420: Uint8Array) => void {
  const random = createRandom(3);
  const luma = SIZE.width * SIZE.height;
  const wall = Uint8Array.from({ length: luma }, (_, i) => 90 + Math.floor(random() * 8) + ((i >> 4) % 24));
  const band = new Uint8Array((SIZE.width * BAND * 3) / 2);
  return (index, i420) => {
    i420.set(wall);
    // a sensor's noise, so that no two frames take as many bits
    for (let n = 3 + 6 * random(); n > 0; n--) i420[Math.floor(random() * luma)] = 90 + Math.floor(random() * 32);
    i420.fill(128, luma);
    const moves = index >= MOVES.from && index < MOVES.to;
    const left = 40 + ((index - MOVES.from) * 3) % 200;
    for (let y = 80; y < (moves ? 220 : 0); y++) i420.fill(220, y * SIZE.width + left, y * SIZE.width + left + 60);
    drawIndex(moves ? index : 0, SIZE.width, BAND, band);
    i420.set(band.subarray(0, SIZE.width * BAND));
  };
}

beforeAll(async () => {
  simulator = await startSimulator();
  for (const [codec, bframes] of [['h264', 0], ['hevc', 2]] as const) {
    clips.set(`${codec}-${bframes}`, await makeClip({ ...SIZE, frames: FRAMES, fps: FPS, codec, bframes, gop: 2 * FPS }, drawRoom()));
  }
}, 180_000);
afterAll(async () => {
  await simulator.stop();
  for (const clip of clips.values()) await clip.remove();
});

let stop = new AbortController();
let open: (() => Promise<void>) | undefined;
afterEach(async () => {
  stop.abort();
  stop = new AbortController();
  await open?.();
  open = undefined;
});

interface Opened {
  readonly looked: Looked[];
  readonly frames: { at: number; index: number; pts: number }[];
  readonly facts: () => StreamFacts | undefined;
  /** pictures decoded */
  readonly decoded: () => number;
  readonly hold: { readonly holding: boolean; readonly size: number };
  /** packets that libav gave out */
  readonly read: () => number;
  readonly ended: Promise<void>;
}

/** One connection in this process, so that the relay can be looked at. */
async function openHere(path: string): Promise<Opened> {
  const signal = stop.signal;
  const [looked, frames]: [Looked[], Opened['frames']] = [[], []];
  let facts: StreamFacts | undefined;
  const send = (message: FromCamera): boolean => {
    if (message.kind === 'facts') ({ facts } = message);
    if (message.kind === 'looked') looked.push(message.looked);
    if (message.kind === 'frame') {
      const { width, height, data, at, pts } = message.frame;
      frames.push({ at, pts, index: readIndex({ width, height: Math.floor((height * BAND) / SIZE.height), data }).index });
    }
    return true;
  };
  const pace = { asleep: () => false };
  const address = parseAddress(simulator.url(path));
  const source = await openSource(address, { transport: 'tcp', network: { allow: ['127.0.0.1'], tls: 'verify' }, gather: () => (pace.asleep() ? 450 : 0) }, () => undefined);
  const decoder = await createDecoder(source, { frameSize: { minPixels: 1024, maxPixels: 98_304 }, hardware: 'off' });
  const init = {
    url: '', transport: 'tcp', network: { allow: [], tls: 'verify' }, clock: 'auto', hardware: 'off', frameSize: { minPixels: 1024, maxPixels: 98_304 }, gate: true, tell: true,
    sample: { frameRate: 8, idleInterval: 2, adaptive: true, lookBack: 2, masks: [[[0, 0], [1, 0], [1, 0.15], [0, 0.15]]] },
  } satisfies CameraInit;
  const stream = createStream(init, source, decoder, 'rtsp', send);
  pace.asleep = () => stream.shown.asleep;
  const running = stream.run(signal);
  let read = 0;
  const reading = (async () => {
    while (!signal.aborted) {
      const packet = new Packet();
      packet.alloc();
      await stream.waits();
      const times = await source.next(packet);
      if (!times) return packet.free();
      read += 1;
      stream.arrived(packet, times);
    }
  })();
  const ended = reading.catch(() => undefined);
  open = async () => {
    source.interrupt();
    await ended;
    stream.end();
    await running;
    stream.close();
    decoder.close();
    await source.close();
  };
  if (!source.hold) throw new Error('Nothing stands in the way of this stream.');
  return { looked, frames, facts: () => facts, decoded: () => decoder.decoded, hold: source.hold, read: () => read, ended };
}

async function until(holds: () => boolean, seconds: number): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  while (!holds()) {
    if (Date.now() > end) throw new Error('It did not come to that.');
    await sleep(100);
  }
}

/** A camera in a process of its own, once it has slept for so long. */
async function asleep(path: string, seconds: number) {
  const watched = watch(simulator.url(path), stop.signal, { sample: { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 } });
  await firstValueFrom(watched.camera.facts$.pipe(filter((facts) => facts.asleep * facts.observed > seconds), timeout(60_000)));
  return watched;
}

describe('a camera that sleeps', { timeout: 180_000 }, () => {
  it.each(['h264-0', 'hevc-2'])('is held back before libav reads it, and nothing is lost when it wakes (%s)', async (name) => {
    // its timestamps wrap while it is held
    await simulator.tell(name, { clip: clips.get(name)?.file, fps: FPS, rtpStart: 2 ** 32 - 25 * 90_000, reports: { every: 1000, late: 0, prompt: 0 } });
    const seen = await openHere(name);
    await until(() => seen.hold.holding, 40);
    const [before, decoded] = [seen.read(), seen.decoded()];
    await sleep(10_000);
    expect(seen.hold.holding).toBe(true);
    expect(seen.read() - before).toBeLessThan(15);
    expect(seen.decoded() - decoded).toBeLessThan(5);
    // what is told goes on: packets, and the time of the newest
    expect(Date.now() - (seen.facts()?.until ?? 0)).toBeLessThan(4000);
    expect(seen.hold.size).toBeLessThan(2e6);

    const moved = () => seen.frames.filter(({ index }) => index >= MOVES.from && index < MOVES.to);
    await until(() => moved().length >= 16, 75);
    const [first = { at: 0, pts: 0, index: 0 }] = moved();
    expect(first.index).toBeLessThan(MOVES.from + 4);
    for (const { at, index } of moved()) expect(Math.abs(at - simulator.truth(name, index, at))).toBeLessThan(80);
    for (const { at, pts } of seen.frames) expect(Math.abs(at - first.at - 1000 * (pts - first.pts))).toBeLessThan(80);
    // from before the movement there are frames, without a break and in order
    const lead = seen.looked.filter(({ at }) => at < first.at && at > first.at - 2000).map(({ pts }) => pts).toSorted((a, b) => a - b);
    expect(lead.length).toBeGreaterThan(8);
    expect(lead.every((pts, i) => i === 0 || (pts > (lead[i - 1] ?? 0) && pts - (lead[i - 1] ?? 0) < 0.35))).toBe(true);
    const told = seen.frames.map(({ pts }) => pts);
    expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
    expect(seen.frames.some(({ at }) => at < first.at && at > first.at - 1000)).toBe(true);
    // and it falls asleep again
    await until(() => seen.hold.holding, 30);
  });

  it('notices while it is held that the camera ends the connection', async () => {
    await simulator.tell('gone', { clip: clips.get('h264-0')?.file, fps: FPS });
    const seen = await openHere('gone');
    await until(() => seen.hold.holding, 40);
    await sleep(3000);
    await simulator.tell('gone', { cut: true });
    await Promise.race([seen.ended, sleep(5000).then(() => Promise.reject(new Error('It did not notice.')))]);
  });

  it('is told as stalled when it falls silent, and comes back', async () => {
    await simulator.tell('silent', { clip: clips.get('h264-0')?.file, fps: FPS });
    const watched = await asleep('silent', 6);
    await simulator.tell('silent', { state: 'mute' });
    const offline = await watched.until('offline');
    expect(offline).toMatchObject({ code: 'CAMERA_STALLED' });
    await simulator.tell('silent', { state: 'up' });
    await watched.until('online');
  });

  it('is back after its server has started anew', async () => {
    await simulator.tell('again', { clip: clips.get('h264-0')?.file, fps: FPS });
    const watched = await asleep('again', 6);
    await simulator.tell('again', { restart: true });
    expect(await watched.until('offline')).toMatchObject({ code: 'CAMERA_UNREACHABLE' });
    await watched.until('online');
    await watched.more(2);
  });
});

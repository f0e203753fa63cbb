import { afterEach, expect, it } from 'vitest';
import { openCamera } from '../../src/camera/camera.ts';
import { publishRoom } from '../../src/demo/publish.ts';
import { createRoom, type Room } from '../../src/demo/room.ts';
import { createLogger } from '../../src/health/log.ts';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import { Secret } from '../../src/secret.ts';

const log = createLogger({ level: 'silent' });
const SIZE = { width: 192, height: 128 };
let tidy = async (): Promise<void> => undefined;
afterEach(() => tidy());

/** A room in which the light is switched within the first seconds, and when that is half done. */
function roomWithSwitch(): { room: Room; moment: number } {
  for (let seed = 1; seed < 500; seed++) {
    const room = createRoom(seed, { duration: 10 });
    const event = room.events.find((e) => e.kind.startsWith('light') && e.start > 1.5 && e.end < 4);
    if (event) return { room, moment: (event.start + event.end) / 2 };
  }
  throw new Error('no room among 500 switches its light in time');
}

function brightness(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 37) sum += data[i] ?? 0;
  return sum / Math.ceil(data.length / 37);
}

it('reaches Lookout through its own RTMP server, stamped with the wall clock at which things happened', async () => {
  const { room, moment } = roomWithSwitch();
  const stop = new AbortController();
  const key = new Secret('a-key-that-only-this-test-knows');
  const server = await startRtmpServer({ port: 0, keys: [key] }, stop.signal, log);
  const demo = publishRoom({ seed: room.seed, duration: room.duration, url: server.url(key) }, stop.signal, log);
  const camera = openCamera({ id: 'room', url: server.url(key), frameSize: { minPixels: 192 * 128, maxPixels: 192 * 128 }, sample: { frameRate: 15, idleInterval: 2, adaptive: false, lookBack: 2 }, network: { allow: ['127.0.0.1'], tls: 'verify' } }, stop.signal, log);
  tidy = async () => {
    stop.abort();
    await Promise.all([demo.child.stop(), server.child.stop()]);
  };
  const seen: { at: number; level: number }[] = [];
  let epoch = 0;
  await new Promise<void>((resolve) => {
    camera.frames$.subscribe((frame) => {
      seen.push({ at: frame.at, level: brightness(frame.data) });
      // the stream's clock is fitted to arrivals: let it settle before the story begins
      if (seen.length === 30) epoch = demo.begin();
      if (epoch > 0 && frame.at > epoch + moment * 1000 + 1000) resolve();
    });
  });
  const [before, after] = [moment - 0.5, moment + 0.5].map((t) => brightness(room.render(t, SIZE.width, SIZE.height))) as [number, number];
  const half = (before + after) / 2;
  const switched = seen.find((frame) => frame.at > epoch && Math.sign(frame.level - half) === Math.sign(after - half));
  // a few tens of ms on a quiet machine; on an overloaded one all frames of a connection may come late, and a wrong clock is seconds off
  expect(Math.abs((switched?.at ?? 0) - epoch - moment * 1000)).toBeLessThan(1000);
}, 60_000);

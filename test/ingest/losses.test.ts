import { AV_LOG_QUIET } from 'node-av/constants';
import { Log, Packet } from 'node-av/lib';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/ingest/address.ts';
import { createDecoder } from '../../src/ingest/decoder.ts';
import { markLosses } from '../../src/ingest/losses.ts';
import { openSource } from '../../src/ingest/source.ts';
import { barClip, readIndex, startSimulator } from '../peers/simulator.ts';

Log.setLevel(AV_LOG_QUIET);

const FPS = 25;
const FRAMES = 50;
const PACKETS = 200;

test.each(['h264', 'hevc'] as const)('%s over UDP that loses packets: hardly a picture that is not as the camera saw it passes as sound', async (codec) => {
  const clip = await barClip({ frames: FRAMES, fps: FPS, codec, bframes: 2, gop: 25, width: 640, height: 384, noise: 20 });
  const simulator = await startSimulator();
  await simulator.tell('lossy', { clip: clip.file, fps: FPS, loss: 0.01 });
  const source = await openSource(parseAddress(simulator.url('lossy')), { transport: 'udp', network: { allow: ['127.0.0.1'], tls: 'verify' } }, () => undefined);
  const decoder = await createDecoder(source, { frameSize: { minPixels: 1024, maxPixels: 24_576 }, hardware: 'off' });
  const mark = markLosses();
  const packet = new Packet();
  packet.alloc();
  const seen: { place: number; index: number; torn: boolean; damaged: boolean }[] = [];
  for (let i = 0; i < PACKETS && (await source.next(packet)); i++) {
    mark(packet);
    for await (const picture of decoder.decode(packet)) {
      const { index, damaged: torn } = readIndex(await picture.image());
      seen.push({ place: Math.round((picture.pts * FPS) / 1000), index, torn, damaged: picture.damaged });
      picture.free();
    }
  }
  packet.free();
  decoder.close();
  await source.close();
  await simulator.stop();
  await clip.remove();

  // the first picture that is surely right tells which index belongs to which time
  const first = seen.find((s) => !s.torn && !s.damaged);
  const wrong = seen.filter((s) => s.torn || (s.place - s.index - (first?.place ?? 0) + (first?.index ?? 0)) % FRAMES !== 0);
  expect(seen.filter((s) => s.damaged).length).toBeGreaterThan(0);
  expect(seen.filter((s) => !s.damaged).length).toBeGreaterThan(5);
  expect(wrong.filter((s) => !s.damaged).length).toBeLessThanOrEqual(2);
});

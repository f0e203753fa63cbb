import { decode } from 'fast-png';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { JpegMaker } from '../../src/engine/jpeg.ts';
import { layOutVideo } from '../../src/engine/layout.ts';
import { Packer } from '../../src/engine/pack.ts';
import { encodePng } from '../../src/engine/png.ts';
import { createLogger } from '../../src/health/log.ts';
import { PUBLISHED } from '../../src/qwen3vl/checkpoint/geometry.ts';

const stop = new AbortController();
const jpegs = new JpegMaker(stop.signal, createLogger({ level: 'silent' }));
afterEach(async () => jpegs.close());
const picture = (width: number, height: number) => ({ width, height, data: new Uint8Array(width * height * 3).fill(99) });
const imagesOf = (turns: Awaited<ReturnType<Packer['turns']>>) => turns.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'image' ? [part.image] : part.kind === 'video' ? part.frames : [])));

it('a frame is packed once for all windows that show it, at the size that the processor would give it', async () => {
  const packer = new Packer('auto', jpegs);
  const frames = [picture(100, 75), picture(100, 75)];
  const laid = layOutVideo({ frames, times: [0, 1] }, { layout: 'stills', geometry: PUBLISHED, everyFrame: true });
  const [first, again] = [await packer.turns([{ role: 'user', parts: laid.parts }]), await packer.turns([{ role: 'user', parts: laid.parts }])];
  expect(imagesOf(first)[0]).toBe(imagesOf(again)[0]);
  expect(imagesOf(first)[0]).not.toBe(imagesOf(first)[1]);
  const [image] = imagesOf(first);
  // 65,536 pixels at least, sides multiples of 32
  const { width, height } = decode(Buffer.from(image?.base64 ?? '', 'base64'));
  expect([width, height, image?.type]).toEqual([320, 224, 'image/png']);
  expect(laid.visualTokens).toBe(2 * 10 * 7);
});

it('large frames become JPEGs in a process of its own, small ones PNGs, unless one of them is asked for', async () => {
  const [large, small] = [picture(640, 480), picture(320, 224)];
  const parts = [large, small].map((one) => ({ kind: 'image' as const, image: { picture: one, width: one.width, height: one.height } }));
  const types = async (pictures: 'auto' | 'jpeg' | 'png') => imagesOf(await new Packer(pictures, jpegs).turns([{ role: 'user', parts }])).map(({ type, base64 }) => [type, Buffer.from(base64, 'base64').subarray(0, 2).toString('hex')]);
  const [jpeg, png] = [['image/jpeg', 'ffd8'], ['image/png', '8950']];
  expect(await types('auto')).toEqual([jpeg, png]);
  expect(await types('png')).toEqual([png, png]);
});

it('PNGs are exact, whatever the frame', async () => {
  for (const [width, height] of [[1, 1], [33, 7], [192, 128]] as const) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + (i >> 5)) & 255);
    const found = decode(await encodePng({ width, height, data }));
    expect([found.width, found.height, found.channels, Buffer.compare(Buffer.from(found.data.buffer, found.data.byteOffset, found.data.length), Buffer.from(data))]).toEqual([width, height, 3, 0]);
  }
});

it('who packs when the process is gone hears of it', async () => {
  const gone = new AbortController();
  const maker = new JpegMaker(gone.signal, createLogger({ level: 'silent' }));
  const waiting = maker.encode(picture(640, 480));
  gone.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CHILD_EXITED' });
  await expect(maker.encode(picture(64, 64))).rejects.toThrow();
  await maker.close();
});

it('no window waits for a process that has ended to be started again', async () => {
  const log = createLogger({ level: 'silent' });
  const maker = new JpegMaker(new AbortController().signal, log);
  await maker.encode(picture(64, 64));
  const many = Promise.allSettled(Array.from({ length: 12 }, () => maker.encode(picture(2000, 2000))));
  process.kill(encoder(), 'SIGKILL');
  const ended = await many;
  // some were made before; those that were not begun are not kept either
  expect(ended.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'CHILD_EXITED' } });
  await expect(maker.encode(picture(64, 64))).rejects.toMatchObject({ code: 'CHILD_EXITED' });
  await expect.poll(() => maker.encode(picture(64, 64)).then(() => true, () => false), { timeout: 20_000 }).toBe(true);
  await maker.close();
});

/** The process of ours that makes JPEGs. */
function encoder(): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[1];
      if (Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('jpegChild.')) return Number(pid);
    } catch {
      continue; // it ended meanwhile
    }
  }
  throw new Error('there is none');
}

it('a video has the size that the video processor would give it, and a time in whole milliseconds for each frame', () => {
  const frames = [picture(640, 360), picture(640, 360), picture(640, 360)];
  const { parts, stamps, visualTokens } = layOutVideo({ frames, times: [0, 0.3333, 2] }, { layout: 'video', geometry: PUBLISHED, everyFrame: false });
  expect(parts).toMatchObject([{ kind: 'video', ms: [0, 333, 2000], frames: [{ width: 640, height: 352 }, { width: 640 }, { width: 640 }] }]);
  expect([stamps, visualTokens]).toEqual([undefined, 2 * 20 * 11]);
});

it('an odd last frame is a still of its own', () => {
  const frames = [picture(256, 256), picture(256, 256), picture(256, 256)];
  expect(layOutVideo({ frames, times: [0, 1, 2.5] }, { layout: 'stills', geometry: PUBLISHED, everyFrame: false }).stamps).toEqual([1, 2.5]);
});

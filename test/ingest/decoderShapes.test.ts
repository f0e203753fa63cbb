import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecodedPicture } from '../../src/ingest/decoder.ts';
import type { Thumbnail } from '../../src/values.ts';
import { makeClip, watchClip } from './clips.ts';

Log.setLevel(AV_LOG_QUIET);
const folder = mkdtempSync(join(tmpdir(), 'lookout-shapes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];
/** Four corners that differ, with a lighter top left: red, green / blue, grey. */
const CORNERS = ['color=gray:s=320x192:r=10:d=0.5', 'drawbox=0:0:160:96:0xE02020:fill', 'drawbox=160:0:160:96:0x20A020:fill', 'drawbox=0:96:160:96:0x2020E0:fill'].join(',');

interface Shown {
  readonly image: { width: number; height: number; data: Uint8Array };
  readonly thumbnail: Thumbnail;
}
const show = async (picture: DecodedPicture): Promise<Shown> => ({ image: await picture.image(), thumbnail: await picture.thumbnail() });

type Rgb = readonly [number, number, number];

/** The colour at a share of the width and height. */
function colour({ width, height, data }: Shown['image'], x: number, y: number): Rgb {
  const at = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

const luma = ([r, g, b]: Rgb): number => 0.299 * r + 0.587 * g + 0.114 * b;

/** Which colour stands in each corner: top left, top right, bottom left, bottom right. */
function corners(image: Shown['image']): string {
  const name = ([r, g, b]: Rgb): string => (Math.max(r, g, b) - Math.min(r, g, b) < 40 ? '.' : r > g && r > b ? 'R' : g > b ? 'G' : 'B');
  return [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]].map(([x = 0, y = 0]) => name(colour(image, x, y))).join('');
}

/** The thumbnail's cells say the same as the image's colours at the middles of the corners. */
function expectAgreement({ image, thumbnail }: Shown): void {
  expect(thumbnail.width > thumbnail.height).toBe(image.width > image.height);
  for (const [x, y] of [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]] as const) {
    const cell = thumbnail.cells[Math.floor(y * thumbnail.height) * thumbnail.width + Math.floor(x * thumbnail.width)] ?? 0;
    // BT.709's weights differ from the RGB luma's, most in pure colours
    expect(Math.abs(cell - luma(colour(image, x, y)))).toBeLessThan(22);
  }
}

describe('pixel formats', () => {
  const formats: Record<string, string[]> = {
    yuv420p: X264,
    'yuv420p, full range': [...X264.slice(0, -1), 'yuvj420p'],
    'yuv420p10le, H.264': [...X264.slice(0, -1), 'yuv420p10le'],
    'yuv420p10le, H.265': ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p10le'],
    yuv422p: [...X264.slice(0, -1), 'yuv422p'],
    yuv444p: [...X264.slice(0, -1), 'yuv444p'],
    gray: [...X264.slice(0, -1), 'gray'],
    gbrp: ['-c:v', 'libx264rgb', '-preset', 'veryfast', '-qp', '8'],
    'yuvj422p, MJPEG': ['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj422p'],
  };
  test.each(Object.entries(formats))('%s', async (name, args) => {
    const path = makeClip(folder, `format${Object.keys(formats).indexOf(name)}.mkv`, CORNERS, ...args);
    const [shown] = await watchClip(path, show);
    if (!shown) throw new Error('no picture');
    expect([shown.image.width, shown.image.height]).toEqual([320, 192]);
    expect([shown.thumbnail.width, shown.thumbnail.height]).toEqual([96, 58]);
    expectAgreement(shown);
    if (name === 'gray') return;
    expect(corners(shown.image)).toBe('RGB.');
    const [r, g, b] = colour(shown.image, 0.25, 0.25);
    for (const [value, wanted] of [[r, 0xe0], [g, 0x20], [b, 0x20]] as const) expect(Math.abs(value - wanted)).toBeLessThan(24);
    const grey = colour(shown.image, 0.75, 0.75);
    for (const value of grey) expect(Math.abs(value - 128)).toBeLessThan(6);
  });
});

describe('a picture that lies on its side is stood up', () => {
  const sei = (text: string): string[] => ['-c', 'copy', '-bsf:v', `h264_metadata=display_orientation=insert:${text}`];
  // turned against the clock, as `ffmpeg -i` shows them
  const turns: [name: string, args: string[], file: string, portrait: boolean][] = [
    ['RGB.', ['-c', 'copy'], 'as-it-is.mp4', false],
    ['G.RB', ['-c', 'copy', '-metadata:s:v', 'rotate=90'], 'left.mp4', true],
    ['.BGR', ['-c', 'copy', '-metadata:s:v', 'rotate=180'], 'over.mp4', false],
    ['BR.G', ['-c', 'copy', '-metadata:s:v', 'rotate=270'], 'right.mp4', true],
    ['G.RB', sei('rotate=90'), 'message.mp4', true],
    ['GR.B', sei('flip=horizontal'), 'mirror.mp4', false],
    ['B.RG', sei('flip=vertical'), 'upsideDown.mp4', false],
    ['.GBR', sei('rotate=90:flip=vertical'), 'both.mp4', true],
  ];
  beforeAll(() => void makeClip(folder, 'lying.mp4', CORNERS, ...X264));
  test.each(turns)('%s by %j', async (wanted, args, file, portrait) => {
    const path = join(folder, file);
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'lying.mp4'), ...args, path]);
    const [shown] = await watchClip(path, show);
    if (!shown) throw new Error('no picture');
    expect([shown.image.width, shown.image.height]).toEqual(portrait ? [192, 320] : [320, 192]);
    expect(corners(shown.image)).toBe(wanted);
    expectAgreement(shown);
  });
});

test('pixels that are not square, odd sizes, small and extreme ones', async () => {
  const cases: [source: string, args: string[], image: [number, number], thumbnail: [number, number]][] = [
    ['testsrc2=s=160x192:r=10:d=0.2,setsar=2/1', X264, [320, 192], [96, 58]],
    ['testsrc2=s=160x192:r=10:d=0.2,setsar=1/200', X264, [160, 192], [80, 96]],
    ['testsrc2=s=321x179:r=10:d=0.2', [...X264.slice(0, -1), 'yuv444p'], [320, 192], [96, 53]],
    ['testsrc2=s=34x18:r=10:d=0.2', X264, [32, 32], [34, 18]],
    ['testsrc2=s=1280x32:r=10:d=0.2', X264, [1280, 32], [96, 2]],
  ];
  for (const [i, [source, args, image, thumbnail]] of cases.entries()) {
    const [shown] = await watchClip(makeClip(folder, `size${i}.mkv`, source, ...args), show);
    expect([shown?.image.width, shown?.image.height]).toEqual(image);
    expect([shown?.thumbnail.width, shown?.thumbnail.height]).toEqual(thumbnail);
  }
});

test('the size may change on the way', async () => {
  const small = makeClip(folder, 'small.ts', 'testsrc2=s=320x192:r=10:d=1', ...X264, '-bf', '2');
  const large = makeClip(folder, 'large.ts', 'testsrc2=s=640x384:r=10:d=1', ...X264, '-bf', '2', '-output_ts_offset', '1.2');
  const both = join(folder, 'both.ts');
  writeFileSync(both, Buffer.concat([readFileSync(small), readFileSync(large)]));
  const seen = await watchClip(both, async (picture) => ({ damaged: picture.damaged, ...(await show(picture)) }));
  expect(seen.map((s) => s.image.width)).toEqual([...Array<number>(10).fill(320), ...Array<number>(10).fill(640)]);
  expect(new Set(seen.map((s) => s.thumbnail.width))).toEqual(new Set([96]));
  // a transport stream counts its packets: the last one before the seam is called corrupt, which ends with the keyframe behind it
  const damaged = seen.flatMap((s, i) => (s.damaged ? [i] : []));
  expect(damaged.at(-1)).toBe(9);
  expect(damaged[0]).toBeGreaterThanOrEqual(5);
});

test('an interlaced picture has no combs, and shows the field that its time stands for', async () => {
  // a bar that runs to the right at 1000 pixels a second, two fields a picture
  const bar = "color=gray:s=320x192:r=50:d=1,geq=lum='if(between(X,1000*T,1000*T+24),235,40)':cb=128:cr=128";
  const comb = ({ width, height, data }: Shown['image']): number => {
    let sum = 0;
    for (let y = 20; y + 1 < height - 20; y++) for (let x = 0; x < width; x++) sum += Math.abs((data[3 * (y * width + x)] ?? 0) - (data[3 * ((y + 1) * width + x)] ?? 0));
    return sum / (height * width);
  };
  const left = ({ width, height, data }: Shown['image']): number => {
    for (let x = 0; x < width; x++) if ((data[3 * ((height >> 1) * width + x)] ?? 0) > 128) return x;
    return width;
  };
  for (const [top, weave] of [['1', 'interleave_top'], ['0', 'interleave_bottom']] as const) {
    const path = makeClip(folder, `${weave}.mkv`, `${bar},tinterlace=${weave}`, ...X264, '-qp', '12', '-flags', '+ilme+ildct', '-top', top);
    const seen = await watchClip(path, async (picture) => ({ pts: picture.pts, ...(await show(picture)) }));
    expect(seen.length).toBeGreaterThan(20);
    for (const { pts, image, thumbnail } of seen.slice(0, 6)) {
      expect(comb(image)).toBeLessThan(1);
      expect(Math.abs(left(image) - pts)).toBeLessThan(6);
      expect([thumbnail.width, thumbnail.height]).toEqual([96, 58]);
    }
  }
  // the measure does see combs where the flag is missing
  const plain = makeClip(folder, 'plain.mkv', `${bar},tinterlace=interleave_top,setfield=prog`, ...X264, '-qp', '12');
  const seen = await watchClip(plain, show);
  expect(comb(seen[3]?.image ?? { width: 1, height: 1, data: new Uint8Array(3) })).toBeGreaterThan(5);
});

test('thumbnails average noise away and keep fractions of a grey level', async () => {
  const sigma = 16;
  const noise = `color=gray:s=1920x1080:r=10:d=0.4,geq=lum='128+${sigma}*sqrt(12)*(random(0)-0.5)':cb=128:cr=128`;
  const path = makeClip(folder, 'noise.mkv', noise, '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '1', '-pix_fmt', 'yuv420p');
  const seen = await watchClip(path, (picture) => picture.thumbnail());
  const [first, second] = seen;
  if (!first || !second) throw new Error('no picture');
  const difference = Math.sqrt(first.cells.reduce((sum, cell, i) => sum + (cell - (second.cells[i] ?? 0)) ** 2, 0) / first.cells.length / 2);
  // a cell is the mean of 20 × 20 pixels; limited range is stretched to full
  expect(difference).toBeLessThan((1.3 * sigma * 255) / 219 / 20);
  expect(difference).toBeGreaterThan((0.7 * sigma * 255) / 219 / 20);
  expect(Math.abs(first.mean - ((128 - 16) * 255) / 219)).toBeLessThan(1);
});

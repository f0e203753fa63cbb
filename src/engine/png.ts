import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import type { Picture } from '../qwen3vl/video/frames.ts';

const compressed = promisify(deflate);

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Each byte less the one of the pixel to its left. */
const SUB = 1;
/** Frames are sent once and thrown away: a little smaller is not worth twice the time. */
const LEVEL = 1;

/** PNG (8 bits, RGB), compressed off this thread: several cameras' frames a second go through here. Source: https://www.w3.org/TR/png-3 */
export async function encodePng({ width, height, data }: Picture): Promise<Buffer> {
  const stride = width * 3;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0, to = 0; y < height; y++) {
    rows[to++] = SUB;
    const start = y * stride;
    for (let x = 0; x < stride; x++) rows[to++] = ((data[start + x] ?? 0) - (x < 3 ? 0 : (data[start + x - 3] ?? 0))) & 0xff;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // bits a channel, RGB; compression, filtering and interlacing are the standard's only or first ones
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', await compressed(rows, { level: LEVEL })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name: string, body: Buffer): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(name, 4, 'latin1');
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

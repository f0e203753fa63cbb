import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { FormatContext, Packet } from 'node-av/lib';
import type { Stream } from 'node-av/lib';
import { createDecoder } from '../../src/ingest/decoder.ts';
import type { DecodedPicture, Decoder } from '../../src/ingest/decoder.ts';

/** Makes a clip with ffmpeg: `source` is a lavfi graph. */
export function makeClip(folder: string, name: string, source: string, ...args: string[]): string {
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...args, path]);
  return path;
}

export interface OpenClip {
  readonly stream: Stream;
  /** of PTS, ms */
  readonly tick: number;
  /** all packets of its video */
  readonly packets: Packet[];
  close(): Promise<void>;
}

/** A clip's video stream and its packets, without what src/ingest/source.ts does about addresses. */
export async function openClip(path: string): Promise<OpenClip> {
  const context = new FormatContext();
  context.allocContext();
  await context.openInput(path, null, null);
  await context.findStreamInfo(null);
  const stream = context.streams[context.findBestStream(AVMEDIA_TYPE_VIDEO)];
  if (!stream) throw new Error(`${path} has no video.`);
  const packets: Packet[] = [];
  const packet = new Packet();
  packet.alloc();
  while ((await context.readFrame(packet)) >= 0) {
    const kept = packet.streamIndex === stream.index ? packet.clone() : null;
    if (kept) packets.push(kept);
    packet.unref();
  }
  packet.free();
  const close = async (): Promise<void> => {
    for (const kept of packets) kept.free();
    await context.closeInput();
  };
  return { stream, tick: (1000 * stream.timeBase.num) / stream.timeBase.den, packets, close };
}

/** Decodes packets, then drains, and gives each picture to `view` before it is freed. */
export async function decodeAll<T>(decoder: Decoder, packets: readonly Packet[], view: (picture: DecodedPicture) => Promise<T> | T): Promise<T[]> {
  const seen: T[] = [];
  for (const packet of [...packets, null]) {
    for await (const picture of decoder.decode(packet)) {
      seen.push(await view(picture));
      picture.free();
    }
  }
  return seen;
}

/** Four seconds whose grey (16 + 50 a second, limited range) tells when each picture was taken. */
export const RAMP = 'color=black:s=192x128:r=10:d=4,geq=lum=16+50*T:cb=128:cr=128';

/** What a picture of that ramp shows. */
export interface Seen {
  readonly pts: number;
  readonly keyframe: boolean;
  readonly damaged: boolean;
  /** the moment that the picture itself tells of, ms */
  readonly shown: number;
}

export const look = async (picture: DecodedPicture): Promise<Seen> => {
  const { mean } = await picture.thumbnail();
  const { pts, keyframe, damaged } = picture;
  return { pts: Math.round(pts), keyframe, damaged, shown: (mean * 219 * 1000) / 255 / 50 };
};

const SMALL = { minPixels: 1024, maxPixels: 40_000 };

/** Opens a clip and a decoder for it, and closes both. */
export async function withDecoder<T>(path: string, use: (decoder: Decoder, clip: OpenClip) => Promise<T>, frameSize = SMALL): Promise<T> {
  const clip = await openClip(path);
  const decoder = await createDecoder(clip, { frameSize, hardware: 'off' });
  try {
    return await use(decoder, clip);
  } finally {
    decoder.close();
    await clip.close();
  }
}

/** Gives each picture of a whole clip to `view`, in a size of up to 300,000 pixels. */
export function watchClip<T>(path: string, view: (picture: DecodedPicture) => Promise<T> | T): Promise<T[]> {
  return withDecoder(path, (decoder, clip) => decodeAll(decoder, clip.packets, view), { ...SMALL, maxPixels: 300_000 });
}

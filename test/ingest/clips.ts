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

/** Decodes packets, then drains, and gives each picture to `look` before it is freed. */
export async function decodeAll<T>(decoder: Decoder, packets: readonly Packet[], look: (picture: DecodedPicture) => Promise<T> | T): Promise<T[]> {
  const seen: T[] = [];
  for (const packet of [...packets, null]) {
    for await (const picture of decoder.decode(packet)) {
      seen.push(await look(picture));
      picture.free();
    }
  }
  return seen;
}

/** Decodes a whole clip with a decoder of its own. */
export async function watchClip<T>(path: string, look: (picture: DecodedPicture) => Promise<T> | T, frameSize = { minPixels: 1024, maxPixels: 300_000 }): Promise<T[]> {
  const clip = await openClip(path);
  const decoder = await createDecoder(clip, { frameSize, hardware: 'off' });
  try {
    return await decodeAll(decoder, clip.packets, look);
  } finally {
    decoder.close();
    await clip.close();
  }
}

import { readFile, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { AV_PIX_FMT_GRAY8, AV_PKT_FLAG_KEY, AVMEDIA_TYPE_VIDEO, SWS_AREA } from 'node-av/constants';
import { avGetCodecName, Codec, CodecContext, FormatContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';
import type { Stream } from 'node-av/lib';
import { packetKind } from '../../src/sample/packetKind.ts';
import { payloadSize } from '../../src/sample/payloadSize.ts';
import type { PacketSeen } from '../../src/sample/packetGate.ts';
import type { Thumbnail } from '../../src/values.ts';

/** A video as the gate and the sampler see it: packets in their order in the file, pictures in order of time (ms). */
export interface Recording {
  readonly codec: string;
  readonly packets: readonly PacketSeen[];
  readonly pictures: readonly { readonly pts: number; readonly width: number; readonly height: number; readonly cells: Uint8Array }[];
}

const LONG_SIDE = 96;

/** Reads and decodes all of a file; with `cache` the outcome is kept there, since decoding 1080p takes a while. */
export async function recordVideo(path: string, cache?: string): Promise<Recording> {
  if (cache) {
    const known = await readFile(cache).catch(() => undefined);
    if (known) return deserialize(known) as Recording;
  }
  const recording = await decodeAll(path);
  if (cache) await writeFile(cache, serialize(recording));
  return recording;
}

export function thumbnailOf({ width, height, cells }: Recording['pictures'][number]): Thumbnail {
  const grey = Float32Array.from(cells);
  return { width, height, cells: grey, mean: grey.reduce((sum, v) => sum + v, 0) / grey.length };
}

async function decodeAll(path: string): Promise<Recording> {
  const context = new FormatContext();
  context.allocContext();
  if ((await context.openInput(path, null, null)) < 0) throw new Error(`cannot open ${path}`);
  await context.findStreamInfo(null);
  const stream = context.streams[context.findBestStream(AVMEDIA_TYPE_VIDEO)];
  if (!stream) throw new Error(`no video in ${path}`);
  const codec = avGetCodecName(stream.codecpar.codecId) ?? 'unknown';
  const tick = (1000 * stream.timeBase.num) / stream.timeBase.den;
  const packets: PacketSeen[] = [];
  const pictures: Recording['pictures'][number][] = [];
  const decoder = await openDecoder(stream);
  const packet = new Packet();
  packet.alloc();
  const drawn = createDrawn();
  while ((await context.readFrame(packet)) >= 0) {
    const { data } = packet;
    if (packet.streamIndex === stream.index && data) {
      const keyframe = (packet.flags & AV_PKT_FLAG_KEY) !== 0;
      packets.push({ pts: Number(packet.pts) * tick, size: payloadSize(codec, data), kind: packetKind(codec, data, keyframe), keyframe });
      await decoder.sendPacket(packet);
      await drawn.receive(decoder, tick, pictures);
    }
    packet.unref();
  }
  await decoder.sendPacket(null);
  await drawn.receive(decoder, tick, pictures);
  decoder.freeContext();
  await context.closeInput();
  return { codec, packets, pictures };
}

async function openDecoder(stream: Stream): Promise<CodecContext> {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  decoder.pktTimebase = stream.timeBase;
  if ((await decoder.open2(codec, null)) < 0) throw new Error('the decoder does not open');
  return decoder;
}

/** Grey thumbnails of whatever a decoder has ready. */
function createDrawn(): { receive(decoder: CodecContext, tick: number, into: Recording['pictures'][number][]): Promise<void> } {
  const frame = new Frame();
  frame.alloc();
  const grey = new Frame();
  grey.alloc();
  const scaler = new SoftwareScaleContext();
  scaler.allocContext();
  scaler.setOption('sws_flags', SWS_AREA);
  return {
    async receive(decoder, tick, into) {
      while ((await decoder.receiveFrame(frame)) >= 0) {
        if (grey.width === 0) {
          const scale = Math.min(1, LONG_SIDE / Math.max(frame.width, frame.height));
          Object.assign(grey, { width: Math.round(frame.width * scale), height: Math.round(frame.height * scale), format: AV_PIX_FMT_GRAY8 });
          grey.getBuffer(1);
        }
        if ((await scaler.scaleFrame(grey, frame)) < 0) throw new Error('the picture does not scale');
        into.push({ pts: Number(frame.bestEffortTimestamp) * tick, width: grey.width, height: grey.height, cells: Uint8Array.from(grey.toBuffer()) });
      }
    },
  };
}

import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_NOPTS_VALUE, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { FormatContext, Packet } from 'node-av/lib';

export type Codec = 'h264' | 'hevc';

export interface AccessUnit {
  readonly nals: readonly Buffer[];
  readonly keyframe: boolean;
  /** its place in order of presentation, from 0 */
  readonly order: number;
}

/** A clip in memory, in decode order. */
export interface Clip {
  readonly codec: Codec;
  readonly units: readonly AccessUnit[];
  /** VPS (H.265), SPS and PPS; they go before every keyframe that does not bring its own */
  readonly parameters: readonly Buffer[];
  /** frames that the encoder holds back because of its B-frames */
  readonly heldBack: number;
}

/** Reads a clip's access units; throws where the file is not H.264 or H.265 with length-prefixed NAL units of four bytes (MP4, Matroska). */
export async function readClip(file: string): Promise<Clip> {
  const context = new FormatContext();
  const packet = new Packet();
  packet.alloc();
  context.allocContext();
  try {
    if ((await context.openInput(file, null, null)) < 0) throw new Error(`${file} cannot be opened.`);
    await context.findStreamInfo(null);
    const stream = context.streams[context.findBestStream(AVMEDIA_TYPE_VIDEO)];
    const codec = stream?.codecpar.codecId === AV_CODEC_ID_HEVC ? 'hevc' : 'h264';
    const extradata = stream?.codecpar.extradata;
    if (!stream || !extradata || (codec === 'h264' && stream.codecpar.codecId !== AV_CODEC_ID_H264)) throw new Error(`${file} is no H.264 or H.265.`);
    const read: { pts: number; keyframe: boolean; nals: Buffer[] }[] = [];
    while ((await context.readFrame(packet)) >= 0) {
      const { data } = packet;
      if (packet.streamIndex === stream.index && data) {
        if (packet.pts === AV_NOPTS_VALUE) throw new Error(`${file} has a frame without PTS.`);
        read.push({ pts: Number(packet.pts), keyframe: packet.isKeyframe, nals: splitNals(Buffer.from(data)) });
      }
      packet.unref();
    }
    const sorted = read.map(({ pts }) => pts).toSorted((a, b) => a - b);
    const units = read.map(({ pts, keyframe, nals }) => ({ keyframe, nals, order: sorted.indexOf(pts) }));
    const heldBack = units.reduce((most, { order }, i) => Math.max(most, order - i), 0);
    return { codec, units, heldBack, parameters: codec === 'h264' ? readAvcC(extradata) : readHvcC(extradata) };
  } finally {
    packet.free();
    await context.closeInput();
  }
}

function splitNals(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const length = data.readUInt32BE(at);
    if (at + 4 + length > data.length) throw new Error('The NAL units have no length of four bytes.');
    nals.push(data.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return nals;
}

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1 */
function readAvcC(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = data.readUInt8(at++) & mask;
    for (let i = 0; i < count; i++) at = takeNal(data, at, nals);
  }
  return nals;
}

/** HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3.1; SEI messages, which it may hold too, are left out */
function readHvcC(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  const arrays = data.readUInt8(22);
  for (let array = 0, at = 23; array < arrays; array++) {
    const count = data.readUInt16BE(at + 1);
    at += 3;
    for (let i = 0; i < count; i++) at = takeNal(data, at, nals);
  }
  return nals.filter((nal) => ((nal.readUInt8(0) >> 1) & 0x3f) <= 34);
}

function takeNal(data: Buffer, at: number, nals: Buffer[]): number {
  const end = at + 2 + data.readUInt16BE(at);
  nals.push(Buffer.from(data.subarray(at + 2, end)));
  return end;
}

export function isParameterSet(codec: Codec, nal: Buffer): boolean {
  const byte = nal.readUInt8(0);
  if (codec === 'h264') return (byte & 0x1f) === 7 || (byte & 0x1f) === 8;
  const type = (byte >> 1) & 0x3f;
  return type >= 32 && type <= 34;
}

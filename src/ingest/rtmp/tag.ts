import flv from 'node-media-server/src/protocol/flv.js';
import type { AvPacket } from 'node-media-server/src/protocol/flv.js';
import { readAmf } from './amf.ts';
import { type Message, TYPE } from './message.ts';

/** Bytes before the pictures: codec, packet type, composition time; with FourCC (enhanced RTMP) four more. */
const VIDEO_HEAD = 5;
const VIDEO_HEAD_FOURCC = 8;
/** Passed on to readers and not kept. */
const PASSING = 6;

/**
 * The server's packet of a message from a camera; undefined for what is left out: empty messages (its writer cuts their header
 * short and so breaks the stream of every reader), pictures cut short, metadata it cannot read, and types that it would send
 * on under a chunk stream id that does not exist.
 */
export function packetOf({ type, time, payload }: Message): AvPacket | undefined {
  if (payload.length === 0) return undefined;
  if (type === TYPE.data) return isMetadata(payload) ? flv.parserTag(type, time, payload.length, payload) : undefined;
  if (type === TYPE.audio) return flv.parserTag(type, time, payload.length, payload);
  if (type !== TYPE.video) return undefined;
  const tag = payload.length < VIDEO_HEAD ? payload : withFourCc(payload);
  const first = tag[0] ?? 0;
  const fourCc = (first & 0x80) !== 0;
  const kind = first & 0x0f;
  if (tag.length < VIDEO_HEAD || (fourCc && kind === 1 && tag.length < VIDEO_HEAD_FOURCC)) return undefined;
  const packet = flv.parserTag(type, time, tag.length, tag);
  // it takes what it does not know for the header of the sound: the ends of sequences, and every codec but HEVC, AV1 and VP9
  if (fourCc) packet.flags = fourCcFlags(kind, (first >> 4) & 7);
  return packet;
}

/** HEVC under the number 12, as many cameras send it, which is in no standard and which libav does not read: retold as enhanced RTMP. */
function withFourCc(tag: Buffer): Buffer {
  const [first = 0, kind = 0] = tag;
  if ((first & 0x8f) !== 12 || kind > 2) return tag;
  // with pictures the composition time stays
  return Buffer.concat([Buffer.from([0x80 | (first & 0x70) | kind]), Buffer.from('hvc1'), tag.subarray(kind === 1 ? 2 : VIDEO_HEAD)]);
}

/** Enhanced RTMP (Veovera, "Enhancing RTMP, FLV"): 0 sequence start, 1 and 3 coded pictures; frame type 1 is a keyframe. */
function fourCcFlags(kind: number, frame: number): number {
  if (kind === 0) return 2;
  if (kind !== 1 && kind !== 3) return PASSING;
  return frame === 1 ? 3 : 4;
}

/** Whether this is `onMetaData` with an object: the server reads it, and throws at anything else. */
function isMetadata(payload: Buffer): boolean {
  try {
    const [first, second, third] = readAmf(payload);
    const about = first === '@setDataFrame' && second === 'onMetaData' ? third : first === 'onMetaData' ? second : undefined;
    return about instanceof Map;
  } catch {
    return false;
  }
}

import { FFmpegError, Rational } from 'node-av/lib';
import type { FormatContext, Packet, Stream } from 'node-av/lib';
import type { LookoutError } from '../errors.ts';
import type { Track } from './track.ts';

/** Times of a packet in its track's ticks, from the file's beginning. */
export interface PacketTimes {
  readonly pts: number;
  readonly dts: number;
  /** until the next picture */
  readonly duration: number;
}

const NEEDS_SETS = new Set(['h264', 'hevc', 'av1']);

/** Adds a track to an MP4 whose header is not written yet. `sets`: parameter sets of the first keyframe; by default what the stream said of itself. Throws `fault` where MP4 cannot hold it. */
export function addTrack(context: FormatContext, track: Track, sets: Buffer | undefined, fault: (why: string) => LookoutError): Stream {
  const stream = context.newStream(null);
  const status = track.codecpar.copy(stream.codecpar);
  if (status < 0) throw fault(FFmpegError.strerror(status));
  if (sets) stream.codecpar.extradata = sets;
  // hev1, the muxer's own choice, does not play on Apple's
  stream.codecpar.codecTag = track.codec === 'hevc' ? 'hvc1' : 0;
  if (NEEDS_SETS.has(track.codec) && stream.codecpar.extradataSize === 0) throw fault('the stream does not tell its parameters');
  stream.timeBase = new Rational(track.timeBase.num, track.timeBase.den);
  return stream;
}

/** Makes a packet one of the stream's, at these times. */
export function timePacket(packet: Packet, { pts, dts, duration }: PacketTimes, track: Track, stream: Stream): void {
  packet.streamIndex = 0;
  packet.pts = BigInt(pts);
  packet.dts = BigInt(dts);
  packet.duration = BigInt(duration);
  packet.rescaleTs(track.timeBase, stream.timeBase);
}

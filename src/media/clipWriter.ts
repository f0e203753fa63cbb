import { Dictionary, FFmpegError, FormatContext, Rational } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import type { Track } from './track.ts';

/** Times of a packet in its track's ticks, from the clip's beginning. */
export interface ClipTimes {
  readonly pts: number;
  readonly dts: number;
  /** until the next picture */
  readonly duration: number;
}

/** Puts a track's packets, as they are, into an MP4 file that plays in browsers. */
export interface ClipWriter {
  /** Takes a packet of the writer's own, in decoding order, and frees it. Throws MEDIA_WRITE. */
  write(packet: Packet, times: ClipTimes): Promise<void>;
  /** Ends the file. Throws MEDIA_WRITE. */
  finish(): Promise<void>;
  /** Ends it in any case; what was not finished is no file. */
  close(): Promise<void>;
}

export interface ClipHead {
  /** the first picture's wall clock, ms: the file's creation time (in seconds) and, to the millisecond, its comment */
  readonly at: number;
  /** parameter sets of the first keyframe; by default what the stream said of itself */
  readonly extradata?: Buffer | undefined;
}

/** The index goes before the pictures, so that a browser plays at once. Times may begin before 0 for B-frames: an edit list says so. */
const OPTIONS = { movflags: '+faststart', brand: 'mp42' };

const NEEDS_SETS = new Set(['h264', 'hevc', 'av1']);

/** Opens a clip; the file is made anew. Throws MEDIA_WRITE, also where MP4 cannot hold the stream. */
export async function openClipWriter(file: string, track: Track, head: ClipHead): Promise<ClipWriter> {
  const check = (status: number): void => {
    if (status < 0) throw new LookoutError('MEDIA_WRITE', `${file}: ${FFmpegError.strerror(status)}.`);
  };
  const context = new FormatContext();
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await context.closeOutput();
    context.freeContext();
  };
  try {
    check(context.allocOutputContext2(null, 'mp4', file));
    const stream = context.newStream(null);
    check(track.codecpar.copy(stream.codecpar));
    if (head.extradata) stream.codecpar.extradata = head.extradata;
    // hev1, the muxer's own choice, does not play on Apple's
    stream.codecpar.codecTag = track.codec === 'hevc' ? 'hvc1' : 0;
    if (NEEDS_SETS.has(track.codec) && stream.codecpar.extradataSize === 0) throw new LookoutError('MEDIA_WRITE', `${file}: the stream does not tell its parameters.`);
    stream.timeBase = new Rational(track.timeBase.num, track.timeBase.den);
    const starts = new Date(head.at).toISOString();
    context.metadata = Dictionary.fromObject({ creation_time: starts, comment: `from ${starts}` });
    check(await context.openOutput());
    check(await context.writeHeader(Dictionary.fromObject(OPTIONS)));
    return {
      async write(packet, times) {
        try {
          packet.streamIndex = 0;
          packet.pts = BigInt(times.pts);
          packet.dts = BigInt(times.dts);
          packet.duration = BigInt(times.duration);
          packet.rescaleTs(track.timeBase, stream.timeBase);
          check(await context.writeFrame(packet));
        } finally {
          packet.free();
        }
      },
      finish: async () => check(await context.writeTrailer()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

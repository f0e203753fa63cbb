import { Dictionary, FFmpegError, FormatContext } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { addTrack, timePacket } from './mp4Stream.ts';
import type { PacketTimes } from './mp4Stream.ts';
import type { Track } from './track.ts';

/** Puts a track's packets, as they are, into an MP4 file that plays in browsers. */
export interface ClipWriter {
  /** Takes a packet of the writer's own, in decoding order, and frees it. Throws MEDIA_WRITE. */
  write(packet: Packet, times: PacketTimes): Promise<void>;
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

/** Opens a clip; the file is made anew. Throws MEDIA_WRITE, also where MP4 cannot hold the stream. */
export async function openClipWriter(file: string, track: Track, head: ClipHead): Promise<ClipWriter> {
  const fault = (why: string): LookoutError => new LookoutError('MEDIA_WRITE', `${file}: ${why}.`);
  const check = (status: number): void => {
    if (status < 0) throw fault(FFmpegError.strerror(status));
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
    const stream = addTrack(context, track, head.extradata, fault);
    const starts = new Date(head.at).toISOString();
    context.metadata = Dictionary.fromObject({ creation_time: starts, comment: `from ${starts}` });
    check(await context.openOutput());
    check(await context.writeHeader(Dictionary.fromObject(OPTIONS)));
    return {
      async write(packet, times) {
        try {
          timePacket(packet, times, track, stream);
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

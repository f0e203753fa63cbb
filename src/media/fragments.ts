import { Dictionary, FFmpegError, FormatContext, IOContext, Rational } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import type { ClipTimes } from './clipWriter.ts';
import type { Track } from './track.ts';

/**
 * Puts a track's packets, as they are, into a fragmented MP4 in memory: it can be read up to its last fragment, however it ends. No thread
 * is troubled with it: the muxer only copies.
 */
export interface Fragments {
  /** Takes a packet of its own, in decoding order with times from 0 on, and frees it. Throws RECORDINGS_WRITE. */
  write(packet: Packet, times: ClipTimes): void;
  /** What has come of it since the last call, ending in a whole fragment: bytes to append; empty where there is nothing. Throws RECORDINGS_WRITE. */
  flush(): Buffer;
  close(): void;
}

const OPTIONS = { movflags: '+frag_custom+empty_moov+default_base_moof', brand: 'iso6' };
const BUFFER = 1 << 16;
const NEEDS_SETS = new Set(['h264', 'hevc', 'av1']);

/** `extradata`: parameter sets of the first keyframe; by default what the stream said of itself. Throws RECORDINGS_WRITE where MP4 cannot hold the stream. */
export function openFragments(track: Track, extradata?: Buffer): Fragments {
  const check = (status: number): void => {
    if (status < 0) throw new LookoutError('RECORDINGS_WRITE', `The stream does not go into MP4: ${FFmpegError.strerror(status)}.`);
  };
  let made: Buffer[] = [];
  const io = new IOContext();
  const context = new FormatContext();
  const close = (): void => {
    context.pb = null;
    context.freeContext();
    io.freeContext();
  };
  try {
    check(context.allocOutputContext2(null, 'mp4', null));
    io.allocContextWithCallbacks(BUFFER, 1, null, (bytes) => {
      made.push(Buffer.from(bytes));
      return bytes.length;
    });
    context.pb = io;
    const stream = context.newStream(null);
    check(track.codecpar.copy(stream.codecpar));
    if (extradata) stream.codecpar.extradata = extradata;
    stream.codecpar.codecTag = track.codec === 'hevc' ? 'hvc1' : 0;
    if (NEEDS_SETS.has(track.codec) && stream.codecpar.extradataSize === 0) throw new LookoutError('RECORDINGS_WRITE', 'The stream does not tell its parameters.');
    stream.timeBase = new Rational(track.timeBase.num, track.timeBase.den);
    check(context.writeHeaderSync(Dictionary.fromObject(OPTIONS)));
    return {
      write(packet, times) {
        try {
          packet.streamIndex = 0;
          packet.pts = BigInt(times.pts);
          packet.dts = BigInt(times.dts);
          packet.duration = BigInt(times.duration);
          packet.rescaleTs(track.timeBase, stream.timeBase);
          check(context.writeFrameSync(packet));
        } finally {
          packet.free();
        }
      },
      flush() {
        check(context.writeFrameSync(null));
        io.flushSync();
        const bytes = Buffer.concat(made);
        made = [];
        return bytes;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

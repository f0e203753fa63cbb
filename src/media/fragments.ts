import { Dictionary, FFmpegError, FormatContext, IOContext } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { addTrack, timePacket } from './mp4Stream.ts';
import type { PacketTimes } from './mp4Stream.ts';
import type { Track } from './track.ts';

/**
 * Puts a track's packets, as they are, into a fragmented MP4 in memory: it can be read up to its last fragment, however it ends. No thread
 * is troubled with it: the muxer only copies.
 */
export interface Fragments {
  /** Takes a packet of its own, in decoding order with times from 0 on, and frees it. Throws RECORDINGS_WRITE. */
  write(packet: Packet, times: PacketTimes): void;
  /** What has come of it since the last call, ending in a whole fragment: bytes to append; empty where there is nothing. Throws RECORDINGS_WRITE. */
  flush(): Buffer;
  close(): void;
}

const OPTIONS = { movflags: '+frag_custom+empty_moov+default_base_moof', brand: 'iso6' };
const BUFFER = 1 << 16;

/** `extradata`: parameter sets of the first keyframe; by default what the stream said of itself. Throws RECORDINGS_WRITE where MP4 cannot hold the stream. */
export function openFragments(track: Track, extradata?: Buffer): Fragments {
  const fault = (why: string): LookoutError => new LookoutError('RECORDINGS_WRITE', `The stream does not go into MP4: ${why}.`);
  const check = (status: number): void => {
    if (status < 0) throw fault(FFmpegError.strerror(status));
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
    const stream = addTrack(context, track, extradata, fault);
    check(context.writeHeaderSync(Dictionary.fromObject(OPTIONS)));
    return {
      write(packet, times) {
        try {
          timePacket(packet, times, track, stream);
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

import { Dictionary, FFmpegError, FormatContext, IOContext, Rational } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import type { Track } from '../media/track.ts';

/** Puts a track's packets, as they are, into FLV (Adobe's, with the codecs of Enhanced RTMP): each is a whole tag at once, for nobody waits for the next one's beginning. */
export interface LiveMux {
  /** What a player needs first. */
  readonly head: Buffer;
  /** The tag of a packet, which is changed. Times in ms. Throws LIVE_UNPLAYABLE. */
  write(packet: Packet, times: { readonly pts: number; readonly dts: number }): Buffer;
  close(): void;
}

const OPTIONS = { flush_packets: '1', flvflags: 'no_duration_filesize+no_sequence_end' };
const BUFFER = 65_536;

/** `sets`: parameter sets of the first keyframe; by default what the stream said of itself. Throws LIVE_UNPLAYABLE for a codec that FLV cannot hold. */
export function openLiveMux(track: Track, sets: Buffer | undefined): LiveMux {
  const written: Buffer[] = [];
  const taken = (): Buffer => Buffer.concat(written.splice(0));
  const check = (status: number): void => {
    if (status < 0) throw new LookoutError('LIVE_UNPLAYABLE', `${track.codec}: ${FFmpegError.strerror(status)}.`);
  };
  const context = new FormatContext();
  const io = new IOContext();
  const close = (): void => {
    // it would free what is freed below
    context.pb = null;
    context.freeContext();
    io.freeContext();
  };
  try {
    check(context.allocOutputContext2(null, 'flv', null));
    io.allocContextWithCallbacks(BUFFER, 1, null, (bytes) => {
      // libav writes into these again
      written.push(Buffer.from(bytes));
      return bytes.length;
    });
    context.pb = io;
    const stream = context.newStream(null);
    check(track.codecpar.copy(stream.codecpar));
    if (sets) stream.codecpar.extradata = sets;
    stream.codecpar.codecTag = 0;
    stream.timeBase = new Rational(1, 1000);
    // in this thread: a packet takes a tenth of a millisecond, and those of libuv may all be waiting for packets
    check(context.writeHeaderSync(Dictionary.fromObject(OPTIONS)));
    return {
      head: taken(),
      write(packet, { pts, dts }) {
        packet.streamIndex = 0;
        packet.pts = BigInt(pts);
        packet.dts = BigInt(dts);
        packet.duration = 0n;
        check(context.writeFrameSync(packet));
        return taken();
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Rational } from 'node-av/lib';
import type { CodecParameters, IRational, Packet } from 'node-av/lib';
import { LookoutError } from '../../errors.ts';

/** What a decoder is made for: a stream that is open, or what is left of one. */
export interface Decodable {
  readonly codecpar: CodecParameters;
  readonly timeBase: IRational;
}

/** libav's decoder of one stream: packets in, frames out in order of presentation. */
export interface VideoCodec {
  /** what decodes, where it is not this processor */
  readonly hardware: string | undefined;
  /** Takes a packet; null: no more are to come. Never throws for what is in a packet; `DeviceLost` where the hardware fails. */
  send(packet: Packet | null): Promise<void>;
  /** The next frame, the caller's to free, in the processor's memory; undefined: more packets are needed, or all is told. */
  receive(): Promise<Frame | undefined>;
  flush(): void;
  close(): void;
}

/** Frames above this are not decoded: 8K in either position. A forged header could ask for gigabytes. */
const MAX_PIXELS = 8192 * 4352;

/** Decodes on this processor, on one thread: more would hold back a frame each, and cameras are many. Throws CAMERA_NO_VIDEO. */
export function openSoftware(stream: Decodable): VideoCodec {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw new LookoutError('CAMERA_NO_VIDEO', 'The stream is a kind of video that cannot be decoded.');
  const context = prepare(codec, stream);
  const status = context.open2Sync(codec, null);
  if (status < 0) {
    context.freeContext();
    throw new LookoutError('CAMERA_NO_VIDEO', `The stream's video cannot be decoded: ${FFmpegError.strerror(status)}.`);
  }
  return {
    hardware: undefined,
    // a damaged packet costs its own pictures, not the stream
    send: async (packet) => void (await context.sendPacket(packet)),
    receive: async () => (await receiveFrame(context)).frame,
    flush: () => context.flushBuffers(),
    close: () => context.freeContext(),
  };
}

/** A context with the stream's parameters and our bounds, not yet open. */
export function prepare(codec: Codec, stream: Decodable): CodecContext {
  const context = new CodecContext();
  context.allocContext3(codec);
  FFmpegError.throwIfError(context.parametersToContext(stream.codecpar), 'parameters');
  context.pktTimebase = new Rational(stream.timeBase.num, stream.timeBase.den);
  context.threadCount = 1;
  context.setOption('max_pixels', MAX_PIXELS);
  return context;
}

/** `status`: libav's, 0 where neither a frame nor a fault came. */
export async function receiveFrame(context: CodecContext): Promise<{ frame?: Frame; status: number }> {
  const frame = new Frame();
  frame.alloc();
  const status = await context.receiveFrame(frame);
  if (status >= 0) return { frame, status };
  frame.free();
  return { status: status === AVERROR_EAGAIN || status === AVERROR_EOF ? 0 : status };
}

import { AV_CODEC_ID_MJPEG, AV_PIX_FMT_RGB24, AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG, AVCOL_SPC_SMPTE170M, SWS_BICUBIC } from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational, SoftwareScaleContext } from 'node-av/lib';

/** A picture of full range: width × height × 3 bytes, row by row. */
export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** libav's scale of quality, 2 (best) to 31. */
const QUALITY = 3;
/** FF_QP2LAMBDA of libavutil/avutil.h. */
const LAMBDA = 118;

/** JPEG (JFIF, 4:2:0), off this thread. Throws where libav cannot. */
export async function encodeJpeg({ width, height, data }: Rgb): Promise<Buffer> {
  const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG);
  if (!codec) throw new Error('there is no JPEG encoder');
  const picture = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const rgb = Frame.fromVideoBuffer(picture, { width, height, format: AV_PIX_FMT_RGB24, timeBase: new Rational(1, 25) });
  const yuv = new Frame();
  const scaler = new SoftwareScaleContext();
  const context = new CodecContext();
  const packet = new Packet();
  try {
    yuv.alloc();
    Object.assign(rgb, { colorRange: AVCOL_RANGE_JPEG });
    Object.assign(yuv, { width, height, format: AV_PIX_FMT_YUVJ420P, colorRange: AVCOL_RANGE_JPEG, colorSpace: AVCOL_SPC_SMPTE170M });
    yuv.getBuffer();
    scaler.allocContext();
    scaler.setOption('sws_flags', SWS_BICUBIC);
    FFmpegError.throwIfError(await scaler.scaleFrame(yuv, rgb), 'scale');
    context.allocContext3(codec);
    Object.assign(context, { width, height, pixelFormat: AV_PIX_FMT_YUVJ420P, colorRange: AVCOL_RANGE_JPEG, timeBase: new Rational(1, 25), globalQuality: QUALITY * LAMBDA, threadCount: 1 });
    context.setOption('flags', '+qscale');
    FFmpegError.throwIfError(await context.open2(codec, null), 'open');
    Object.assign(yuv, { pts: 0n, quality: QUALITY * LAMBDA });
    FFmpegError.throwIfError(await context.sendFrame(yuv), 'encode');
    packet.alloc();
    FFmpegError.throwIfError(await context.receivePacket(packet), 'encode');
    return Buffer.from(packet.data ?? []);
  } finally {
    for (const part of [rgb, yuv, packet]) part.free();
    scaler.freeContext();
    context.freeContext();
  }
}

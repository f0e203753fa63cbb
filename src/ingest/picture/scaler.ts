import { AVCOL_RANGE_JPEG, SWS_AREA } from 'node-av/constants';
import type { AVPixelFormat } from 'node-av/constants';
import { FFmpegError, Frame, SoftwareScaleContext } from 'node-av/lib';

/** Brings frames into one format and any size with an area filter, colours as the frames declare them, full range. */
export interface Scaler {
  /** At once, on this thread; the bytes are the caller's. Throws where libav cannot convert the frame. */
  now(from: Frame, width: number, height: number): Buffer;
  /** The same on another thread, one after the other: a scaling context serves one frame at a time. */
  later(from: Frame, width: number, height: number): Promise<Buffer>;
  close(): void;
}

interface Context {
  readonly key: string;
  readonly sws: SoftwareScaleContext;
  readonly to: Frame;
}

/** The context of the last shape is kept: streams change theirs seldom. */
export function createScaler(format: AVPixelFormat): Scaler {
  let context: Context | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const free = (): void => {
    context?.sws.freeContext();
    context?.to.free();
    context = undefined;
  };
  const contextFor = (from: Frame, width: number, height: number): Context => {
    if (closed) throw new Error('The decoder of this picture has been closed.');
    const key = `${from.width}x${from.height}:${from.format}:${width}x${height}`;
    if (context?.key === key) return context;
    free();
    return (context = { key, ...openContext(format, width, height) });
  };
  const later = async (from: Frame, width: number, height: number): Promise<Buffer> => {
    const { sws, to } = contextFor(from, width, height);
    FFmpegError.throwIfError(await sws.scaleFrame(to, from), 'scale');
    return to.toBuffer();
  };
  return {
    now: (from, width, height) => {
      const { sws, to } = contextFor(from, width, height);
      FFmpegError.throwIfError(sws.scaleFrameSync(to, from), 'scale');
      return to.toBuffer();
    },
    later: (from, width, height) => {
      const scaled = last.then(() => later(from, width, height));
      last = scaled.catch(() => undefined);
      return scaled;
    },
    close: () => {
      closed = true;
      void last.then(free);
    },
  };
}

function openContext(format: AVPixelFormat, width: number, height: number): Pick<Context, 'sws' | 'to'> {
  const to = new Frame();
  to.alloc();
  Object.assign(to, { width, height, format, colorRange: AVCOL_RANGE_JPEG });
  to.getBuffer(1);
  const sws = new SoftwareScaleContext();
  sws.allocContext();
  sws.setOption('sws_flags', SWS_AREA);
  return { sws, to };
}

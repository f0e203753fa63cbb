import { AV_NOPTS_VALUE, AV_PIX_FMT_RGB24, SWS_AREA } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { smartResize } from './frameSize.ts';
import type { FrameSize } from './frameSize.ts';
import type { Source } from './source.ts';

/** A scaled picture and its stream time (ms). */
export interface Picture {
  readonly pts: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface PictureMaker {
  /** Pictures that a packet completes, in order of PTS; null drains the decoder. `wanted` says which are worth scaling. */
  decode(packet: Packet | null, wanted: (pts: number) => boolean): AsyncGenerator<Picture, void, void>;
  /** pictures decoded so far, wanted or not */
  readonly decoded: number;
  /** Forgets what came before, after packets were left out. */
  flush(): void;
  close(): void;
}

/** Decodes packets and scales pictures to the model's size with an area filter, colours as the stream declares them. */
export function createPictureMaker(source: Source, size: FrameSize): PictureMaker {
  const frame = new Frame();
  frame.alloc();
  let scaler: { readonly key: string; readonly context: SoftwareScaleContext; readonly to: Frame } | undefined;
  let decoded = 0;
  let lastPts = -Infinity;

  const scalerFor = (from: Frame): NonNullable<typeof scaler> => {
    const { num, den } = from.sampleAspectRatio;
    const key = `${from.width}x${from.height}:${from.format}:${num}/${den}`;
    if (scaler?.key === key) return scaler;
    scaler?.context.freeContext();
    scaler?.to.free();
    const shown = num > 0 && den > 0 ? (from.width * num) / den : from.width;
    const to = new Frame();
    to.alloc();
    Object.assign(to, smartResize(shown, from.height, size), { format: AV_PIX_FMT_RGB24 });
    to.getBuffer(1);
    const context = new SoftwareScaleContext();
    context.allocContext();
    context.setOption('sws_flags', SWS_AREA);
    scaler = { key, context, to };
    return scaler;
  };
  return {
    async *decode(packet, wanted) {
      // a damaged packet costs its own pictures, not the stream
      await source.decoder.sendPacket(packet);
      while ((await source.decoder.receiveFrame(frame)) >= 0) {
        decoded += 1;
        const stamp = frame.bestEffortTimestamp;
        const pts = Number(stamp) * source.tick;
        if (stamp === AV_NOPTS_VALUE || pts <= lastPts) continue;
        lastPts = pts;
        if (!wanted(pts)) continue;
        const { context, to } = scalerFor(frame);
        if ((await context.scaleFrame(to, frame)) >= 0) yield { pts, width: to.width, height: to.height, data: to.toBuffer() };
      }
    },
    get decoded() {
      return decoded;
    },
    flush: () => {
      source.decoder.flushBuffers();
      lastPts = -Infinity;
    },
    close: () => {
      frame.free();
      scaler?.context.freeContext();
      scaler?.to.free();
    },
  };
}

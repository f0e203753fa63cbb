import { AV_FRAME_FLAG_KEY, AV_NOPTS_VALUE } from 'node-av/constants';
import type { Frame, Packet } from 'node-av/lib';
import type { Thumbnail } from '../values.ts';
import type { FrameSize } from './frameSize.ts';
import { openCodec } from './picture/fallback.ts';
import { createShapes } from './picture/shapes.ts';
import type { Shapes } from './picture/shapes.ts';
import { createTrust } from './picture/trust.ts';
import type { Source } from './source.ts';

/** A decoded picture. It holds the decoder's frame until `free`, which whoever got it calls exactly once; several may be held. */
export interface DecodedPicture {
  /** stream time, ms */
  readonly pts: number;
  readonly keyframe: boolean;
  /** it shows, or may show, what the camera never saw: its packet was hit, or one since the last keyframe, or there was no keyframe */
  readonly damaged: boolean;
  /** the whole picture in grey means, at most 96 on the longer side, upright */
  thumbnail(): Promise<Thumbnail>;
  /** RGB of the model's size, upright */
  image(): Promise<{ width: number; height: number; data: Uint8Array }>;
  free(): void;
}

export interface Decoder {
  /** The pictures that a packet completes, in order of PTS; null drains what the decoder holds, after which comes `flush`. */
  decode(packet: Packet | null): AsyncGenerator<DecodedPicture, void, void>;
  /** Forgets what came before, after packets were left out or the decoder was drained: pictures are damaged until a keyframe. */
  flush(): void;
  /** pictures so far, handed out or not */
  readonly decoded: number;
  /** the kind of device that decodes (`cuda`, `vaapi` …); undefined where this processor does */
  readonly hardware: string | undefined;
  /** Pictures still held can be freed later, but no longer made into anything. */
  close(): void;
}

/** A PTS so far back (ms) is that of a stream that began anew; less is disorder, and such a picture is left out. */
const NEW_START = 1000;
/** Frames with a longer side are no camera's, and too long for the scaler. */
const MAX_SIDE = 16_384;

/** A decoder for the source's stream. `hardware: 'off'`: none is looked for. Throws CAMERA_NO_VIDEO. */
export async function createDecoder(source: Pick<Source, 'stream' | 'tick'>, opts: { frameSize: FrameSize; hardware: 'auto' | 'off' }): Promise<Decoder> {
  const { stream, tick } = source;
  const trust = createTrust();
  const codec = await openCodec(stream, opts.hardware, (packet) => {
    trust.clear();
    if (packet) trust.packet(packet);
  });
  const shapes = createShapes(opts.frameSize);
  let decoded = 0;
  let lastPts = -Infinity;
  return {
    async *decode(packet) {
      if (packet) trust.packet(packet);
      await codec.send(packet);
      for (let frame = await codec.receive(); frame; frame = await codec.receive()) {
        decoded += 1;
        const stamp = frame.bestEffortTimestamp;
        const pts = Number(stamp) * tick;
        const disordered = pts <= lastPts && pts > lastPts - NEW_START;
        if (stamp === AV_NOPTS_VALUE || disordered || Math.max(frame.width, frame.height) > MAX_SIDE) {
          frame.free();
          continue;
        }
        lastPts = pts;
        yield hold(frame, { pts, damaged: trust.damaged(frame, stamp) }, shapes);
      }
    },
    flush: () => {
      codec.flush();
      lastPts = -Infinity;
      trust.clear();
    },
    get decoded() {
      return decoded;
    },
    get hardware() {
      return codec.hardware;
    },
    close: () => {
      codec.close();
      shapes.close();
    },
  };
}

function hold(frame: Frame, told: { pts: number; damaged: boolean }, shapes: Shapes): DecodedPicture {
  return {
    ...told,
    keyframe: frame.hasFlags(AV_FRAME_FLAG_KEY),
    thumbnail: async () => shapes.thumbnail(frame),
    image: () => shapes.image(frame),
    free: () => frame.free(),
  };
}

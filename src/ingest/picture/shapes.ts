import { AV_FRAME_DATA_DISPLAYMATRIX, AV_PIX_FMT_GRAY16LE, AV_PIX_FMT_RGB24 } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import type { Thumbnail } from '../../values.ts';
import { smartResize } from '../frameSize.ts';
import type { FrameSize } from '../frameSize.ts';
import { createFieldSplitter } from './fields.ts';
import { readOrientation, turnUpright } from './orientation.ts';
import type { Orientation } from './orientation.ts';
import { createScaler } from './scaler.ts';

/** What a decoded frame is made into; the contexts that it takes are shared by a stream's frames. */
export interface Shapes {
  /** Means of brightness (luma, 0..255) of the whole picture, upright, square cells, at most 96 on the longer side. */
  thumbnail(frame: Frame): Thumbnail;
  /** RGB of the model's size, upright, one field of an interlaced frame. */
  image(frame: Frame): Promise<{ width: number; height: number; data: Uint8Array }>;
  close(): void;
}

/** The longer side of a thumbnail, in cells: fine enough for an arm (two cells wide), coarse enough to average noise away. */
const LONG_SIDE = 96;
/** A cell is scaled to 16 bits, so that means keep their fractions; 65535 stands for 255. */
const STEPS = 257;
/** Pixels further from square than this are taken for a damaged header. */
const MAX_ASPECT = 8;

export function createShapes(frameSize: FrameSize): Shapes {
  const grey = createScaler(AV_PIX_FMT_GRAY16LE);
  const colour = createScaler(AV_PIX_FMT_RGB24);
  const fields = createFieldSplitter();
  return {
    thumbnail(frame) {
      const turn = readOrientation(frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX));
      const shown = shownSize(frame, turn);
      const shrink = Math.min(1, LONG_SIDE / Math.max(shown.width, shown.height));
      const size = { width: cellsOf(shown.width * shrink), height: cellsOf(shown.height * shrink) };
      const [width, height] = lying(size, turn);
      const field = fields.first(frame);
      try {
        const { cells, mean } = toCells(grey.now(field ?? frame, width, height));
        return { ...size, cells: turnUpright(cells, width, height, 1, turn), mean };
      } finally {
        field?.free();
      }
    },
    async image(frame) {
      const turn = readOrientation(frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX));
      const shown = shownSize(frame, turn);
      const size = smartResize(shown.width, shown.height, frameSize);
      const [width, height] = lying(size, turn);
      const field = fields.first(frame);
      try {
        const data = await colour.later(field ?? frame, width, height);
        return { ...size, data: turnUpright<Uint8Array>(data, width, height, 3, turn) };
      } finally {
        field?.free();
      }
    },
    close: () => {
      grey.close();
      colour.close();
      fields.close();
    },
  };
}

function toCells(scaled: Buffer): Pick<Thumbnail, 'cells' | 'mean'> {
  const cells = new Float32Array(scaled.length / 2);
  let sum = 0;
  for (let i = 0; i < cells.length; i++) sum += cells[i] = scaled.readUInt16LE(2 * i) / STEPS;
  return { cells, mean: sum / cells.length };
}

const cellsOf = (side: number): number => Math.max(1, Math.round(side));

/** The size of a picture that stands upright, before it is stood up. */
export function lying({ width, height }: { width: number; height: number }, turn: Orientation): [width: number, height: number] {
  return turn.transposed ? [height, width] : [width, height];
}

/** As a viewer sees it: upright, pixels square. */
export function shownSize(frame: Frame, turn: Orientation): { width: number; height: number } {
  const { num, den } = frame.sampleAspectRatio;
  const aspect = num > 0 && den > 0 ? num / den : 1;
  const wide = frame.width * (aspect > MAX_ASPECT || aspect < 1 / MAX_ASPECT ? 1 : aspect);
  return turn.transposed ? { width: frame.height, height: wide } : { width: wide, height: frame.height };
}

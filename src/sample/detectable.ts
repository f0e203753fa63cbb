import { Recent } from './recent.ts';
import { withinReason } from './sizeBaseline.ts';
import type { Residual } from './sizeBaseline.ts';

/** What a small movement would do to this stream's sizes. */
export interface Detectable {
  keyframe(size: number): void;
  other(residual: Residual): void;
  /** deviation, per packet, by which the smallest movement worth a look would stand out; undefined: not known yet */
  readonly z: number | undefined;
}

/** Share of the picture that the smallest movement takes: an arm. */
const SMALLEST = 0.003;
/** Where the packets in between take this share of a keyframe, half of what keyframes code is taken for noise. */
const NOISY = 0.02;

/** Bytes that a movement adds at the least, however bare the scene: vectors and a few coefficients in half a dozen blocks. */
const BARE = 24;

/**
 * What moves has to be coded anew, and costs about what its share of the picture costs in a keyframe, less the noise in that
 * (measured with x264: 1.3 times its share where the packets in between are 1 % of a keyframe, a third of it at 4 %). Against the spread of the packets in between it shows whether sizes can tell of it at all: noise that is coded,
 * a rate control that keeps sizes where they are by making pictures worse, and a group pattern that wanders hide it.
 */
export function createDetectable(): Detectable {
  const keyframes = new Recent(9);
  const others = new Recent(100);
  return {
    keyframe: (size) => keyframes.push(size),
    other({ expected, deviation }) {
      if (keyframes.count === 0) return;
      const keyframe = keyframes.quantile(0.5);
      const usual = Math.max(0, expected);
      const added = Math.max(BARE, (SMALLEST * keyframe) / (1 + usual / (NOISY * keyframe)));
      others.push(withinReason(Math.log1p(added / (usual + 100)) / deviation));
    },
    get z() {
      return others.count >= 50 ? others.quantile(0.5) : undefined;
    },
  };
}

export type Bits = 4 | 8;

/** A run of whole blocks in the form that MatMulNBits reads, and what it costs. */
export interface QuantizedBlocks {
  /** block · bits / 8 bytes a block; of two weights in a byte the first is in its low half */
  readonly values: Uint8Array;
  /** one a block; may be negative */
  readonly scales: Float32Array;
  /** sums over the weights: of squared errors, and of squares */
  readonly squared: number;
  readonly energy: number;
}

/**
 * How far the grid reaches, as a share of the reach that puts the largest weight on its end: past 1 nothing is clipped, below
 * the largest weights are, for a finer grid for all others.
 */
const REACHES: Record<Bits, readonly number[]> = { 4: [1, 8 / 7, 0.9], 8: [1] };

/**
 * Quantises weights in blocks of `block`, symmetrically: a weight is (q − 2^(bits − 1)) · scale. Of a few scales the one of the
 * least squared error is taken, and then fitted to the whole numbers that it led to.
 */
export function quantizeBlocks(weights: Float32Array, block: number, bits: Bits): QuantizedBlocks {
  const blocks = weights.length / block;
  const scales = new Float32Array(blocks);
  const values = new Uint8Array((weights.length * bits) / 8);
  const whole = new Int32Array(block);
  let squared = 0;
  let energy = 0;
  for (let b = 0; b < blocks; b++) {
    const from = b * block;
    const scale = bestScale(weights, from, block, bits);
    scales[b] = fitted(weights, from, block, bits, scale, whole);
    const kept = scales[b] as number;
    const zero = 1 << (bits - 1);
    for (let i = 0; i < block; i++) {
      const w = weights[from + i] as number;
      const q = whole[i] as number;
      const error = (q - zero) * kept - w;
      squared += error * error;
      energy += w * w;
      if (bits === 8) values[from + i] = q;
      else values[(from + i) >> 1] = (values[(from + i) >> 1] as number) | (q << ((i & 1) << 2));
    }
  }
  return { values, scales, squared, energy };
}

/** Of the scales that REACHES names, the one of the least squared error. */
function bestScale(weights: Float32Array, from: number, block: number, bits: Bits): number {
  let extreme = 0;
  for (let i = from; i < from + block; i++) {
    const w = weights[i] as number;
    if (Math.abs(w) > Math.abs(extreme)) extreme = w;
  }
  // the grid has one more step on its negative side, so that is where the largest weight goes
  const full = -extreme / (1 << (bits - 1));
  const reaches = REACHES[bits];
  if (reaches.length === 1 || extreme === 0) return full;
  let best = full;
  let least = Infinity;
  for (const reach of reaches) {
    const error = squaredError(weights, from, block, bits, full * reach);
    if (error < least) [least, best] = [error, full * reach];
  }
  return best;
}

function squaredError(weights: Float32Array, from: number, block: number, bits: Bits, scale: number): number {
  const zero = 1 << (bits - 1);
  const most = 2 * zero - 1;
  const inverse = 1 / scale;
  const half = zero + 0.5;
  let sum = 0;
  for (let i = from; i < from + block; i++) {
    const w = weights[i] as number;
    // cuts off towards zero, which for what is below it is the same after clamping; ten times as fast as Math's functions
    const q = (w * inverse + half) | 0;
    const error = ((q < 0 ? 0 : q > most ? most : q) - zero) * scale - w;
    sum += error * error;
  }
  return sum;
}

/** Rounds the weights into `whole` and returns the scale that fits those numbers best (least squares). */
function fitted(weights: Float32Array, from: number, block: number, bits: Bits, scale: number, whole: Int32Array): number {
  const zero = 1 << (bits - 1);
  const most = 2 * zero - 1;
  const inverse = scale === 0 ? 0 : 1 / scale;
  const half = zero + 0.5;
  let across = 0;
  let own = 0;
  for (let i = 0; i < block; i++) {
    const w = weights[from + i] as number;
    const rounded = (w * inverse + half) | 0;
    const q = rounded < 0 ? 0 : rounded > most ? most : rounded;
    whole[i] = q;
    across += w * (q - zero);
    own += (q - zero) * (q - zero);
  }
  return own === 0 ? 0 : across / own;
}

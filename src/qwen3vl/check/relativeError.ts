/** Stands for what is beyond all bounds: JSON has no infinity. */
export const BEYOND = Number.MAX_VALUE;

export interface Comparison {
  /** largest difference, relative to the largest magnitude expected; BEYOND where lengths differ or a value is no number */
  readonly error: number;
  /** root mean square of what was got, relative to that of what was expected */
  readonly gain: number;
}

/** Compares values one by one; expected ones of −∞, which were ruled out, are passed over. */
export function compare(expected: Float32Array, got: Float32Array): Comparison {
  if (got.length !== expected.length) return { error: BEYOND, gain: BEYOND };
  let largest = 0;
  let scale = 0;
  let [energy, gotEnergy] = [0, 0];
  for (let i = 0; i < got.length; i++) {
    const [e, g] = [expected[i] as number, got[i] as number];
    if (e === -Infinity) continue;
    const difference = Math.abs(g - e);
    if (!Number.isFinite(difference)) return { error: BEYOND, gain: BEYOND };
    largest = Math.max(largest, difference);
    scale = Math.max(scale, Math.abs(e));
    energy += e * e;
    gotEnergy += g * g;
  }
  if (largest === 0) return { error: 0, gain: 1 };
  return { error: Math.min(largest / scale, BEYOND), gain: Math.min(Math.sqrt(gotEnergy / energy), BEYOND) };
}

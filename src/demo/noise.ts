import { createRandom } from './random.ts';

const TABLE = 1 << 16;

/** Sensor noise from a table of standard normal values, read from another place for every row and time. */
export function createNoise(seed: number): (data: Uint8Array, t: number, sigma: number) => void {
  const random = createRandom(seed ^ 0x7015e);
  const table = new Float32Array(TABLE);
  for (let i = 0; i < TABLE; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform(0, 1)));
    const angle = random.uniform(0, 2 * Math.PI);
    table[i] = radius * Math.cos(angle);
    table[i + 1] = radius * Math.sin(angle);
  }
  const levels = new Int8Array(TABLE);
  let drawnFor = -1;
  return (data, t, sigma) => {
    if (sigma < 0.3) return;
    if (sigma !== drawnFor) for (let i = 0; i < TABLE; i++) levels[i] = Math.max(-120, Math.min(120, Math.round(table[i]! * sigma)));
    drawnFor = sigma;
    let k = Math.imul(Math.round(t * 1000) ^ seed, 0x9e3779b1) >>> 16;
    for (let i = 0; i < data.length; i++) {
      k = (k + 1) & (TABLE - 1);
      const v = data[i]! + levels[k]!;
      data[i] = v < 0 ? 0 : v > 255 ? 255 : v;
      if ((i & 4095) === 4095) k = (k + Math.imul(i, 40503) + 7919) & (TABLE - 1);
    }
  };
}

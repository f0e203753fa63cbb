import { createRandom } from '../../src/demo/random.ts';
import type { Frame } from '../../src/values.ts';

/** What a camera of these tests looks at: an unmoving room with edges and texture, an arm that may move, a light, noise and shake. */
export interface Scene {
  /** where the arm's hand is, 0..1 along its way; undefined: no arm */
  readonly arm?: (t: number) => number | undefined;
  /** factor on the light */
  readonly light?: (t: number) => number;
  /** standard deviation of the noise, grey levels */
  readonly noise?: number;
  /** how far the camera shakes to each side, pixels */
  readonly shake?: number;
  readonly seed?: number;
}

export const WIDTH = 192;
export const HEIGHT = 128;

function wallpaper(x: number, y: number): number {
  if (y > 92) return 70 + 8 * Math.sin(x / 5);
  if (x > 20 && x < 44 && y > 30) return 60;
  if (y > 74 && y < 80 && x > 80 && x < 130) return 95;
  if (x > 140 && x < 170 && y > 20 && y < 50) return (x + y) % 8 < 4 ? 210 : 150;
  return 150 + 4 * Math.sin(x / 9) + 4 * Math.cos(y / 7);
}

/** A frame at `t` seconds, 192×128. The arm is 4 px wide and 24 px long, 0.4 % of the picture. */
export function draw(scene: Scene, t: number, camera = 'hall'): Frame {
  const random = createRandom((scene.seed ?? 1) * 100_003 + Math.round(t * 1000));
  const shake = scene.shake ?? 0;
  const dx = Math.round(random.uniform(-shake, shake));
  const dy = Math.round(random.uniform(-shake, shake));
  const light = scene.light?.(t) ?? 1;
  const hand = scene.arm?.(t);
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  const sigma = (scene.noise ?? 0) * Math.sqrt(3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const sx = x + dx;
      const sy = y + dy;
      const inArm = hand !== undefined && Math.abs(sx - (60 + 60 * hand)) < 2 && sy > 45 && sy < 69;
      const v = (inArm ? 205 : wallpaper(sx, sy)) * light;
      // grey noise, the hardest: colours do not average it away
      const noisy = sigma === 0 ? v : v + sigma * random.uniform(-1, 1);
      data.fill(Math.max(0, Math.min(255, noisy)), (y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3);
    }
  }
  return { camera, pts: t, at: 1_000_000 + t * 1000, uncertainty: 10, timeSource: 'rtcp', width: WIDTH, height: HEIGHT, data };
}

/** Times of a camera of `fps` from 0 to `seconds`. */
export function times(seconds: number, fps = 8): number[] {
  return Array.from({ length: Math.round(seconds * fps) }, (_, k) => k / fps);
}

export const secondsOf = (frames: readonly Frame[]): number[] => frames.map((f) => (f.at - 1_000_000) / 1000);

import { Canvas, type Colour } from './canvas.ts';
import { drawBag, drawPerson, drawPhone, phoneStand } from './figure.ts';
import { createNoise } from './noise.ts';
import { drawScenery, furnish } from './scenery.ts';
import { stateAt } from './state.ts';
import { writeStory } from './plot.ts';
import type { Story, TruthEvent } from './story.ts';

export type { TruthEvent } from './story.ts';

/** A synthetic room camera that knows what truly happens. */
export interface Room {
  readonly seed: number;
  /** seconds */
  readonly duration: number;
  readonly events: readonly TruthEvent[];
  readonly story: Story;
  /** The camera's picture at `t` seconds: RGB, width × height × 3 bytes, into `out` where it is given. Any size of 3 : 2. */
  render(t: number, width: number, height: number, out?: Uint8Array): Uint8Array;
}

/** Margin around the scenery, units: what the camera's shake may uncover. */
const MARGIN = 2;
const DARK: Colour = [0.34, 0.36, 0.46];

export function createRoom(seed: number, opts: { duration?: number } = {}): Room {
  const duration = opts.duration ?? 90;
  const story = writeStory(seed, duration);
  const scenery = furnish(seed, story.layout);
  const backdrops = new Map<number, { canvas: Canvas; margin: number }>();
  const noise = createNoise(seed);

  const backdrop = (width: number, height: number): { canvas: Canvas; margin: number } => {
    const known = backdrops.get(width);
    if (known) return known;
    const margin = Math.ceil((MARGIN * width) / 192);
    const canvas = new Canvas(width + 2 * margin, height + 2 * margin);
    const scaled = Object.assign(canvas, { scale: width / 192, dx: margin / (width / 192), dy: margin / (width / 192) });
    drawScenery(scaled, scenery, story.layout);
    backdrops.set(width, { canvas: scaled, margin });
    return { canvas: scaled, margin };
  };

  const render = (t: number, width: number, height: number, out = new Uint8Array(width * height * 3)): Uint8Array => {
    const state = stateAt(story, t);
    const light = DARK.map((d) => (d + (1 - d) * state.light) * scenery.exposure) as unknown as Colour;
    const canvas = new Canvas(width, height, out);
    const shakeX = scenery.shake * Math.sin(t * 7.3 + seed) * Math.sin(t * 1.7);
    const shakeY = scenery.shake * 0.7 * Math.sin(t * 6.1 + seed * 2) * Math.cos(t * 1.3);
    const { canvas: behind, margin } = backdrop(width, height);
    const moved = copyShifted(behind, margin, canvas, shakeX * canvas.scale, shakeY * canvas.scale, light);
    canvas.dx = moved[0] / canvas.scale;
    canvas.dy = moved[1] / canvas.scale;
    canvas.tint = light;
    canvas.oval(96, 5, 15, 3.4, state.light > 0.5 ? [255, 244, 190] : [120, 120, 120]);
    if (state.phoneOnTable) drawPhone(canvas, ...phoneStand(story.layout));
    const order = story.actors.map((actor, i) => ({ actor, pose: state.poses[i]! })).sort((a, b) => a.actor.floor - b.actor.floor);
    if (state.bag && state.bag.floor <= 106) drawBag(canvas, state.bag.x, state.bag.floor);
    for (const { actor, pose } of order) if (pose.visible) drawPerson(canvas, actor, pose, story.layout);
    if (state.bag && state.bag.floor > 106) drawBag(canvas, state.bag.x, state.bag.floor);
    noise(out, t, width > 400 ? scenery.noise : scenery.noise / 3);
    return out;
  };
  return { seed, duration, events: story.events, story, render };
}

/**
 * Copy the backdrop moved by (sx, sy) pixels; whole pixels where the picture is large (a pixel is then a quarter of a unit),
 * else between pixels. Returns the shift that was used.
 */
function copyShifted(behind: Canvas, margin: number, canvas: Canvas, sx: number, sy: number, light: Colour): [number, number] {
  const fine = canvas.scale < 3;
  const ix = Math.floor(fine ? sx : Math.round(sx));
  const iy = Math.floor(fine ? sy : Math.round(sy));
  const fx = fine ? sx - ix : 0;
  const fy = fine ? sy - iy : 0;
  const src = behind.data;
  const dst = canvas.data;
  const row = behind.width * 3;
  const [lr, lg, lb] = light;
  const [wa, wb, wc, wd] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  for (let y = 0; y < canvas.height; y++) {
    let i = ((y + margin - iy) * behind.width + margin - ix) * 3;
    let o = y * canvas.width * 3;
    for (let x = 0; x < canvas.width; x++, i += 3, o += 3) {
      if (!fine) {
        dst[o] = Math.min(255, src[i]! * lr);
        dst[o + 1] = Math.min(255, src[i + 1]! * lg);
        dst[o + 2] = Math.min(255, src[i + 2]! * lb);
        continue;
      }
      dst[o] = Math.min(255, (src[i]! * wa + src[i - 3]! * wb + src[i - row]! * wc + src[i - row - 3]! * wd) * lr);
      dst[o + 1] = Math.min(255, (src[i + 1]! * wa + src[i - 2]! * wb + src[i - row + 1]! * wc + src[i - row - 2]! * wd) * lg);
      dst[o + 2] = Math.min(255, (src[i + 2]! * wa + src[i - 1]! * wb + src[i - row + 2]! * wc + src[i - row - 1]! * wd) * lb);
    }
  }
  return fine ? [sx, sy] : [ix, iy];
}

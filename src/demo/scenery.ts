import type { Canvas, Colour } from './canvas.ts';
import { createRandom } from './random.ts';
import type { Layout } from './story.ts';

/** How this room is furnished and lit; drawn once, then copied under every frame. */
export interface Scenery {
  readonly wall: Colour;
  readonly floor: Colour;
  readonly wood: Colour;
  readonly rug: Colour | null;
  readonly pictures: readonly { x: number; y: number; w: number; h: number; c: Colour }[];
  readonly plant: number | null;
  readonly window: number | null;
  readonly shelf: number | null;
  /** overall light of the day */
  readonly exposure: number;
  /** grey levels of sensor noise */
  readonly noise: number;
  /** units of camera shake */
  readonly shake: number;
}

const WALLS: readonly Colour[] = [[186, 196, 200], [204, 192, 172], [176, 190, 176], [196, 186, 198], [168, 180, 194], [208, 202, 192]];
const FLOORS: readonly Colour[] = [[128, 106, 86], [110, 100, 94], [146, 124, 98], [98, 92, 92], [120, 114, 108]];
const WOODS: readonly Colour[] = [[134, 92, 54], [112, 76, 46], [154, 114, 72], [96, 70, 52]];
const RUGS: readonly Colour[] = [[118, 96, 104], [96, 108, 116], [124, 112, 92]];
const ARTS: readonly Colour[] = [[126, 140, 150], [150, 132, 120], [120, 136, 118], [142, 130, 148]];

export function furnish(seed: number, layout: Layout): Scenery {
  const r = createRandom(seed ^ 0x5ce9e);
  const clear = (x: number): boolean => (layout.doorLeft ? x > 26 : x < 166);
  const spot = (): number | null => {
    const x = r.integer(20, 172);
    return r.chance(0.6) && clear(x) ? x : null;
  };
  const pictures = [0, 1].flatMap(() => {
    const x = r.integer(30, 150);
    return r.chance(0.6) && clear(x) ? [{ x, y: r.integer(18, 30), w: r.integer(12, 22), h: r.integer(9, 15), c: r.pick(ARTS) }] : [];
  });
  return {
    wall: r.pick(WALLS), floor: r.pick(FLOORS), wood: r.pick(WOODS), rug: r.chance(0.6) ? r.pick(RUGS) : null,
    pictures, plant: spot(), window: spot(), shelf: spot(),
    exposure: r.uniform(0.86, 1.08), noise: r.uniform(1, 7), shake: r.chance(0.6) ? r.uniform(0.05, 0.5) : 0,
  };
}

/** Everything that never moves, in full light. */
export function drawScenery(canvas: Canvas, s: Scenery, layout: Layout): void {
  const shade = (c: Colour, k: number): Colour => [c[0] * k, c[1] * k, c[2] * k];
  for (let y = -4; y < 92; y += 4) canvas.box(-6, y, 198, y + 5, shade(s.wall, 0.93 + 0.09 * (y / 92)));
  canvas.box(-6, 91, 198, 134, s.floor);
  for (let i = 0; i < 6; i++) canvas.box(-6, 94 + i * i * 1.1 + i * 2, 198, 94.5 + i * i * 1.1 + i * 2, shade(s.floor, 0.88));
  canvas.box(-6, 88.6, 198, 91.4, shade(s.wall, 1.12));
  if (s.window !== null) drawWindow(canvas, s.window);
  for (const p of s.pictures) {
    canvas.box(p.x - p.w / 2 - 1.4, p.y - 1.4, p.x + p.w / 2 + 1.4, p.y + p.h + 1.4, shade(s.wood, 0.9), 0.6);
    canvas.box(p.x - p.w / 2, p.y, p.x + p.w / 2, p.y + p.h, p.c);
    canvas.oval(p.x, p.y + p.h * 0.75, p.w * 0.36, p.h * 0.22, shade(p.c, 0.8));
  }
  if (s.shelf !== null) drawShelf(canvas, s.shelf, s.wood);
  drawDoor(canvas, layout.doorLeft, s.wood);
  if (s.rug) canvas.oval(layout.table - 4, 115, 46, 9, s.rug);
  if (s.plant !== null) drawPlant(canvas, s.plant);
  drawChair(canvas, layout.chair, shade(s.wood, 0.82));
  drawTable(canvas, layout.table, s.wood);
}

function drawWindow(canvas: Canvas, x: number): void {
  canvas.box(x - 15, 15, x + 15, 47, [226, 226, 222], 1);
  canvas.box(x - 13, 17, x + 13, 45, [158, 186, 204]);
  canvas.oval(x - 4, 27, 6, 2.4, [196, 210, 218]);
  canvas.box(x - 0.7, 17, x + 0.7, 45, [226, 226, 222]);
  canvas.box(x - 16, 46.5, x + 16, 49, [212, 212, 208], 0.6);
}

function drawShelf(canvas: Canvas, x: number, wood: Colour): void {
  canvas.box(x - 13, 54, x + 13, 56, wood, 0.5);
  for (let i = 0; i < 6; i++) canvas.box(x - 11 + i * 3.6, 46 + (i % 3), x - 8 + i * 3.6, 54, [108 + i * 9, 104 + ((i * 5) % 20), 100], 0.4);
}

function drawDoor(canvas: Canvas, left: boolean, wood: Colour): void {
  const [x0, x1] = left ? [-6, 9] : [183, 198];
  canvas.box(x0, 34, x1, 98, [58, 52, 52], 0.5);
  canvas.box(left ? 8 : 181, 32, left ? 11 : 184, 98, wood, 0.5);
  canvas.box(left ? -6 : 181, 31, left ? 11 : 198, 34, wood, 0.5);
}

function drawPlant(canvas: Canvas, x: number): void {
  for (let i = -3; i <= 3; i++) canvas.limb(x, 82, x + i * 3.4, 66 + Math.abs(i) * 2.6, 1, 1.9, [82, 112, 84]);
  canvas.box(x - 5, 82, x + 5, 94, [140, 116, 100], 1.4);
}

function drawChair(canvas: Canvas, x: number, wood: Colour): void {
  canvas.box(x + 5, 66, x + 9, 96, wood, 1);
  canvas.box(x - 8, 92, x + 9, 96, wood, 1);
  canvas.box(x - 8, 95, x - 5.6, 110, wood, 0.6);
  canvas.box(x + 6.6, 95, x + 9, 110, wood, 0.6);
}

function drawTable(canvas: Canvas, x: number, wood: Colour): void {
  canvas.box(x - 17, 82, x - 13.6, 105, [wood[0] * 0.8, wood[1] * 0.8, wood[2] * 0.8], 0.5);
  canvas.box(x + 5.6, 82, x + 9, 105, [wood[0] * 0.8, wood[1] * 0.8, wood[2] * 0.8], 0.5);
  canvas.box(x - 20, 79.4, x + 11, 83.4, wood, 1);
  canvas.box(x - 1.6, 76, x + 7.6, 80, [52, 54, 60], 1);
}

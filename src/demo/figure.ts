import type { Canvas, Colour } from './canvas.ts';
import type { Pose } from './state.ts';
import type { Actor, Layout, Wear } from './story.ts';

export const WEAR_COLOUR: Record<Wear, Colour> = {
  red: [208, 44, 42],
  blue: [38, 84, 214],
  green: [36, 150, 66],
  yellow: [244, 204, 40],
  white: [244, 244, 240],
};
const SKIN: readonly Colour[] = [[238, 196, 164], [222, 172, 134], [176, 122, 86], [124, 82, 58]];
const HAIR: readonly Colour[] = [[46, 34, 28], [92, 60, 36], [26, 26, 30], [150, 110, 62]];
const TROUSERS: Colour = [52, 56, 74];
const SHOE: Colour = [30, 28, 30];
export const BAG: Colour = [176, 96, 30];

/** Where the phone stands on its stand, units. */
export function phoneStand(layout: Layout): readonly [x: number, y: number] {
  return [layout.table + 3, 74];
}

export function drawPhone(canvas: Canvas, x: number, y: number): void {
  canvas.box(x - 3.4, y - 5.6, x + 3.4, y + 5.6, [18, 20, 26], 1.2);
  canvas.box(x - 2.4, y - 4.4, x + 2.4, y + 4, [70, 225, 245], 0.6);
}

export function drawBag(canvas: Canvas, x: number, bottom: number): void {
  canvas.limb(x - 4, bottom - 11, x, bottom - 15.5, 0.9, 0.9, [110, 58, 18]);
  canvas.limb(x + 4, bottom - 11, x, bottom - 15.5, 0.9, 0.9, [110, 58, 18]);
  canvas.box(x - 8, bottom - 12, x + 8, bottom, BAG, 2);
  canvas.box(x - 8, bottom - 8.4, x + 8, bottom - 7, [226, 158, 74], 0.4);
}

/** A person whose feet are at (x, floor); points are turned about the feet when falling. */
export function drawPerson(canvas: Canvas, actor: Actor, pose: Pose, layout: Layout): void {
  const { x, lie, side } = pose;
  const floor = actor.floor;
  const angle = lie * side * (Math.PI / 2) * 0.97;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const drop = pose.sit * 13;
  const shirt = WEAR_COLOUR[actor.wear];
  const skin = SKIN[actor.skin]!;
  /** body coordinates (right, up from the feet) to the room's */
  const at = (bx: number, up: number): [number, number] => {
    const lean = pose.bend * Math.max(0, up - 22) * 0.75;
    const sx = bx + lean;
    const sy = up - pose.bend * Math.max(0, up - 22) * 0.45;
    return [x + sx * cos + sy * sin, floor - 4 * lie + sx * sin - sy * cos];
  };
  canvas.oval(x + side * lie * 28, floor + 0.5, 11 + lie * 24, 2.6, [0, 0, 0], 0.22);
  drawLegs(canvas, pose, at, drop);
  const hip = 25 - drop;
  canvas.limb(...at(0, hip + 2), ...at(0, hip + 18), 7.6, 8.4, shirt);
  canvas.limb(...at(0, hip + 20), ...at(0, hip + 26), 2.4, 2.4, skin);
  canvas.oval(...at(0, hip + 31), 6.4, 6.8, skin);
  canvas.oval(...at(0, hip + 34.6), 6.7, 4.6, HAIR[actor.hair]!);
  drawArms(canvas, pose, layout, at, hip, shirt, skin);
}

type Place = (bx: number, up: number) => [number, number];

function drawLegs(canvas: Canvas, pose: Pose, at: Place, drop: number): void {
  const hip = 25 - drop;
  const swing = Math.sin(pose.stride) * 7 * pose.gait;
  for (const leg of [-1, 1]) {
    const foot = leg * 3.6 + leg * swing - pose.sit * 9 * 0.6;
    const knee = leg * 3.6 + leg * swing * 0.4 - pose.sit * 11;
    canvas.limb(...at(leg * 3.4, hip), ...at(knee, 13 - pose.sit * 0.6), 4, 3.3, TROUSERS);
    canvas.limb(...at(knee, 13 - pose.sit * 0.6), ...at(foot, 2), 3.3, 2.7, TROUSERS);
    canvas.limb(...at(foot - 0.5, 1.2), ...at(foot + pose.facing * 3, 1.2), 2, 1.7, SHOE);
  }
}

function drawArms(canvas: Canvas, pose: Pose, layout: Layout, at: Place, hip: number, shirt: Colour, skin: Colour): void {
  const swing = Math.sin(pose.stride) * 5 * pose.gait;
  const [far, near] = [at(9.5 + swing * 0.7, hip + (pose.bend > 0 ? 0 : -1)), at(-10 - swing * 0.7, hip - 1)];
  const shoulderFar = at(7, hip + 17);
  const shoulderNear = at(-7, hip + 17);
  if (pose.bag) drawBag(canvas, far[0] + 3, Math.min(far[1] + 17, pose.visible ? far[1] + 17 : 0));
  arm(canvas, shoulderFar, far, shirt, skin);
  const stand = phoneStand(layout);
  const ear = at(-9, hip + 30);
  const rest = pose.raise > 0 || pose.phone ? mix(near, ear, pose.raise) : near;
  const hand = mix(rest, [stand[0] + 2, stand[1] + 2], pose.reach);
  if (pose.phone) drawPhone(canvas, hand[0] - 1, hand[1] - 3);
  arm(canvas, shoulderNear, hand, shirt, skin);
}

function mix(a: readonly [number, number], b: readonly [number, number], p: number): [number, number] {
  return [a[0] + (b[0] - a[0]) * p, a[1] + (b[1] - a[1]) * p];
}

function arm(canvas: Canvas, shoulder: readonly [number, number], hand: readonly [number, number], shirt: Colour, skin: Colour): void {
  const elbow: [number, number] = [(shoulder[0] + hand[0]) / 2 + (hand[0] - shoulder[0]) * 0.12, (shoulder[1] + hand[1]) / 2 + 2];
  const dark: Colour = [shirt[0] * 0.86, shirt[1] * 0.86, shirt[2] * 0.86];
  canvas.limb(...shoulder, ...elbow, 2.9, 2.5, dark);
  canvas.limb(...elbow, ...hand, 2.3, 2, skin);
  canvas.oval(...hand, 2.4, 2.4, skin);
}

import type { Actor, Segment, Story } from './story.ts';

/** How a person stands, sits or lies at one moment; fractions run 0 to 1. */
export interface Pose {
  readonly x: number;
  readonly visible: boolean;
  /** walking: phase of the stride in radians, and how much of it shows */
  readonly stride: number;
  readonly gait: number;
  readonly facing: number;
  readonly sit: number;
  readonly lie: number;
  readonly side: number;
  readonly bend: number;
  /** the phone hand: 0 at rest, 1 at the phone's stand */
  readonly reach: number;
  /** the phone hand: 0 at rest (or at the stand), 1 at the ear */
  readonly raise: number;
  readonly phone: boolean;
  readonly bag: boolean;
}

export interface RoomState {
  readonly poses: readonly Pose[];
  /** 0 dark, 1 light */
  readonly light: number;
  readonly phoneOnTable: boolean;
  /** x of the bag on the floor and the floor it stands on; null where somebody carries it or none is there */
  readonly bag: { readonly x: number; readonly floor: number } | null;
}

const ease = (p: number): number => p * p * (3 - 2 * p);
const clamp = (p: number): number => Math.min(1, Math.max(0, p));

/** What the room looks like at `t` seconds of the story. */
export function stateAt(story: Story, t: number): RoomState {
  let bag = story.bagAtStart === null ? null : { x: story.bagAtStart, floor: 109 };
  let bagSince = -1;
  const poses = story.actors.map((actor, i) => {
    const pose = poseAt(actor, story.bagCarrier === i, t);
    for (const s of actor.segments) {
      if (s.kind !== 'leaves_bag' && s.kind !== 'takes_bag') continue;
      const moment = s.start + (s.end - s.start) * 0.5;
      if (moment > t || moment < bagSince) continue;
      bagSince = moment;
      bag = s.kind === 'leaves_bag' ? { x: s.x0 + 13, floor: actor.floor } : null;
    }
    return pose;
  });
  return { poses, light: lightAt(story, t), phoneOnTable: !poses.some((p) => p.phone), bag };
}

function lightAt(story: Story, t: number): number {
  let light = story.lightAtStart ? 1 : 0;
  for (const e of story.events) {
    if (e.start > t || (e.kind !== 'light_on' && e.kind !== 'light_off')) continue;
    const p = clamp((t - e.start) / (e.end - e.start));
    light = e.kind === 'light_on' ? p : 1 - p;
  }
  return light;
}

interface Body {
  x: number;
  stride: number;
  gait: number;
  facing: number;
  sit: number;
  lie: number;
  side: number;
  bend: number;
  reach: number;
  raise: number;
  phone: boolean;
  bag: boolean;
}

function poseAt(actor: Actor, carriesBag: boolean, t: number): Pose {
  const b: Body = { x: actor.x, stride: 0, gait: 0, facing: 1, sit: 0, lie: 0, side: 1, bend: 0, reach: 0, raise: 0, phone: false, bag: carriesBag };
  for (const s of actor.segments) {
    if (s.start > t) break;
    move(b, s, clamp((t - s.start) / (s.end - s.start)));
  }
  return { ...b, visible: b.x > -12.5 && b.x < 204.5 };
}

function move(b: Body, s: Segment, p: number): void {
  b.gait = 0;
  b.bend = 0;
  b.reach = 0;
  if (s.kind === 'walk' || s.kind === 'enters' || s.kind === 'leaves') {
    b.x = s.x0 + (s.x1 - s.x0) * p;
    b.facing = s.x1 >= s.x0 ? 1 : -1;
    b.stride = b.x * 0.32;
    b.gait = p < 1 ? 1 : 0;
    return;
  }
  b.facing = -1;
  if (s.kind === 'sits_down') b.sit = ease(p);
  if (s.kind === 'stands_up') b.sit = 1 - ease(p);
  if (s.kind === 'falls') b.lie = p * p;
  if (s.kind === 'gets_up') b.lie = 1 - ease(p);
  if (s.kind === 'falls' || s.kind === 'gets_up') b.side = s.side;
  if (s.kind === 'leaves_bag' || s.kind === 'takes_bag') {
    b.facing = 1;
    b.bend = p < 0.5 ? ease(p * 2) : ease(2 - p * 2);
    b.bag = (s.kind === 'takes_bag') === p >= 0.5;
  }
  if (s.kind === 'picks_up_phone') {
    b.phone = p >= 0.46;
    b.reach = p < 0.46 ? ease(p / 0.46) : 1 - ease((p - 0.46) / 0.54);
    b.raise = p < 0.46 ? 0 : ease((p - 0.46) / 0.54);
  }
  if (s.kind === 'puts_down_phone') {
    b.phone = p < 0.54;
    b.reach = p < 0.54 ? ease(p / 0.54) : 1 - ease((p - 0.54) / 0.46);
    b.raise = p < 0.54 ? 1 - ease(p / 0.54) : 0;
  }
}

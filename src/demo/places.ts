import type { Random } from './random.ts';
import type { Layout } from './story.ts';

/** x of the feet at which a person is wholly outside, units from the edge */
export const OUTSIDE = 13;
/** … and wholly inside the doorway */
export const INSIDE = 15;

/** What one person is up to while the story is being written. */
export interface Mind {
  inside: boolean;
  x: number;
  posture: 'stand' | 'sit' | 'lie';
  phone: boolean;
  bag: boolean;
  side: number;
}

export function placeFurniture(random: Random, doorLeft: boolean): Layout {
  const table = random.integer(66, 126);
  const room = [random.integer(34, 60), random.integer(132, 158)].filter((x) => Math.abs(x - table) > 36);
  const chair = room.length > 0 ? random.pick(room) : table < 96 ? 150 : 42;
  return { doorLeft, table, chair };
}

export function doorX(layout: Layout, inward: number): number {
  return layout.doorLeft ? inward : 192 - inward;
}

export function standingPlace(random: Random, minds: readonly Mind[], self: number, layout: Layout): number {
  for (let k = 0; k < 12; k++) {
    const x = random.integer(34, 158);
    if (minds.every((m, i) => i === self || !m.inside || Math.abs(m.x - x) > 30) && Math.abs(x - layout.chair) > 10) return x;
  }
  return random.integer(34, 158);
}

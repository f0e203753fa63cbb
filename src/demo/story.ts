/** What people wear: how the two of them are told apart. */
export const WEAR = ['red', 'blue', 'green', 'yellow', 'white'] as const;
export type Wear = (typeof WEAR)[number];

export const KINDS = [
  'enters', 'leaves', 'picks_up_phone', 'puts_down_phone', 'sits_down', 'stands_up',
  'falls', 'gets_up', 'leaves_bag', 'takes_bag', 'light_off', 'light_on',
] as const;
export type Kind = (typeof KINDS)[number];

/** Something that truly happens in the room; seconds from the story's beginning. */
export interface TruthEvent {
  readonly kind: Kind;
  /** who; null for the light */
  readonly wear: Wear | null;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** the moment from which a picture shows that it has happened */
  readonly decisive: number;
}

/** A stretch of one person's time; what is not in a segment is standing still. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly kind: Kind | 'walk';
  readonly x0: number;
  readonly x1: number;
  /** −1 falls to the left, +1 to the right */
  readonly side: number;
}

export interface Actor {
  readonly wear: Wear;
  /** y of the feet, units */
  readonly floor: number;
  readonly segments: Segment[];
  readonly inside: boolean;
  readonly x: number;
  readonly skin: number;
  readonly hair: number;
}

/** Where things stand, in units of the 192 × 128 room. */
export interface Layout {
  readonly doorLeft: boolean;
  readonly table: number;
  readonly chair: number;
}

export interface Story {
  readonly duration: number;
  readonly layout: Layout;
  readonly actors: readonly Actor[];
  readonly events: readonly TruthEvent[];
  readonly lightAtStart: boolean;
  readonly bagAtStart: number | null;
  /** index of the actor that carries the bag at the start */
  readonly bagCarrier: number | null;
}

const ACT: Record<Kind, string> = {
  enters: 'enters the room',
  leaves: 'leaves the room',
  picks_up_phone: 'picks up the phone',
  puts_down_phone: 'puts down the phone',
  sits_down: 'sits down',
  stands_up: 'stands up',
  falls: 'falls down',
  gets_up: 'gets up from the floor',
  leaves_bag: 'leaves a bag',
  takes_bag: 'takes the bag',
  light_off: 'the light goes off',
  light_on: 'the light goes on',
};

/** The words for an event: what the demo model learns to say. */
export function eventText(kind: Kind, wear: Wear | null): string {
  return wear === null ? ACT[kind] : `a person in ${wear} ${ACT[kind]}`;
}

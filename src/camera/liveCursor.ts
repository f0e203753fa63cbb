import { follows, same, setsOf } from './clipJob.ts';
import { groupAge } from './packetRing.ts';
import type { Group, PacketRing, RingPacket } from './packetRing.ts';

/** What came last so long ago is not the present, ms. */
const STALE = 5000;
/** A viewer so far behind goes on at the newest keyframe, ms. */
const BEHIND = 3000;
/** Packets that tell the order of pictures (decodeTimes.ts). */
const ENOUGH = 17;

/** A viewer's place in the ring. What it is too slow for is left out up to a keyframe. */
export interface LiveCursor {
  /** The next packet; undefined: it has yet to come, or (`over`) there is none of the same connection and format. */
  next(): RingPacket | undefined;
  /** The viewer did not take what it got. */
  blocked(): void;
  readonly over: boolean;
  readonly group: Group | undefined;
}

/** Begins with the last keyframe if what follows it is of the present, else with the next. `begun` gets the first group and its parameter sets. */
export function createLiveCursor(ring: PacketRing, begun: (group: Group, sets: Buffer | undefined) => void): LiveCursor {
  let group: Group | undefined;
  let sets: Buffer | undefined;
  let place = 0;
  let slow = false;
  let over = false;

  const begin = (): Group | undefined => {
    const first = firstGroup(ring.groups);
    if (first) begun(first, (sets = setsOf(first)));
    return first;
  };
  const move = (from: Group, after: Group): RingPacket | undefined => {
    over = !follows(from, after) || !same(sets, setsOf(after));
    if (over) return undefined;
    [group, place] = [after, 1];
    return after.packets[0];
  };
  return {
    next() {
      group ??= begin();
      if (!group || over) return undefined;
      const { groups } = ring;
      const [at, newest] = [groups.indexOf(group), groups.at(-1)];
      const due = at < 0 ? undefined : group.packets[place];
      const late = slow && newest !== undefined && newest !== group && due !== undefined && newest.newest - due.pts > BEHIND;
      if (due && !late) {
        place += 1;
        return due;
      }
      slow = false;
      const after = at < 0 || late ? newest : groups[at + 1];
      return after && move(group, after);
    },
    blocked: () => void (slow = true),
    get over() {
      return over;
    },
    get group() {
      return group;
    },
  };
}

/** The last keyframe's group, or as many before it as tell the order of pictures. */
function firstGroup(groups: readonly Group[]): Group | undefined {
  let place = groups.length - 1;
  let first = groups[place];
  if (!first || groupAge(first) > STALE) return undefined;
  let packets = first.packets.length;
  for (let before = groups[place - 1]; before && packets < ENOUGH; before = groups[place - 1]) {
    if (!follows(before, first) || !same(setsOf(before), setsOf(first))) break;
    packets += before.packets.length;
    first = before;
    place -= 1;
  }
  return first;
}

import { follows } from './clipJob.ts';
import { groupTime } from './packetRing.ts';
import type { Group } from './packetRing.ts';

/** A group that ended this long before the wanted moment does not reach it, ms. */
const REACHES = 1000;

/**
 * The groups that a clip from `from` to `to` (wall clock, ms) is cut from: of those that belong together the ones that cover most of
 * it, beginning with the last keyframe at or before `from` if its group reaches there, else with the first one after it. Where a
 * sleeping camera left a gap within, it stays one: stamps are true, and the last picture stands until the next. Empty: there are none.
 */
export function planClip(groups: readonly Group[], from: number, to: number): readonly Group[] {
  let best: readonly Group[] = [];
  let most = Number.NEGATIVE_INFINITY;
  for (const run of runs(groups)) {
    const wanted = within(run, from, to);
    const covered = wanted.reduce((sum, group) => sum + Math.max(0, Math.min(to, endOf(group)) - Math.max(from, group.at ?? from)), 0);
    if (wanted.length > 0 && covered > most) [best, most] = [wanted, covered];
  }
  return best;
}

function runs(groups: readonly Group[]): Group[][] {
  const found: Group[][] = [];
  for (const group of groups) {
    if (groupTime(group) === undefined) continue;
    const last = found.at(-1);
    const before = last?.at(-1);
    if (last && before && follows(before, group)) last.push(group);
    else found.push([group]);
  }
  return found;
}

function within(run: readonly Group[], from: number, to: number): readonly Group[] {
  const before = run.findLastIndex((group) => (group.at ?? 0) <= from);
  const covering = run[before];
  // the newest one may still come to it
  const reaches = before === run.length - 1 ? 0 : REACHES;
  const first = covering && endOf(covering) >= from - reaches ? before : before + 1;
  const after = run.findIndex((group) => (group.at ?? 0) > to);
  // pictures that are shown before a keyframe may come after it
  return run.slice(first, after < 0 ? undefined : after + (first < after ? 1 : 0));
}

/** Wall clock of a group's newest picture, ms. */
function endOf(group: Group): number {
  return (group.at ?? 0) + group.newest - (group.packets[0]?.pts ?? 0);
}

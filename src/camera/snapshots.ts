import { writeFile } from 'node:fs/promises';
import { LookoutError } from '../errors.ts';
import { fillDraft } from '../media/draft.ts';
import type { Span } from './clipJob.ts';
import { groupTime } from './packetRing.ts';
import type { Group, PacketRing } from './packetRing.ts';
import { planSnapshot, takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

/** Pictures that wait; more are refused. */
const MAX_WAITING = 8;
/** Several rules may want the same picture within this time, ms. */
const SAME = 3000;
/** A moment whose packets are on their way is waited for so long, ms. */
const ON_THE_WAY = 1000;

interface Taken {
  readonly at: number;
  readonly picture: Promise<Snapshot>;
}

/** Takes pictures from a ring one after the other, with one decoder besides the one that watches, into new files. Rejects with MEDIA_GONE, MEDIA_BUSY, MEDIA_WRITE or CAMERA_NO_VIDEO. */
export function createSnapshots(ring: PacketRing): (at: number, file: string) => Promise<Span> {
  let waiting = 0;
  let last: Taken | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const take = async (at: number): Promise<Snapshot> => {
    await reached(ring, at);
    const plan = planSnapshot(ring.groups, at);
    const picture = turn.then(() => takeSnapshot(plan));
    turn = picture.catch(() => undefined);
    return picture;
  };
  const begin = (at: number): Taken => {
    waiting += 1;
    const one = { at, picture: take(at).finally(() => (waiting -= 1)) };
    setTimeout(() => {
      if (last === one) last = undefined;
    }, SAME).unref();
    return one;
  };
  return async (at, file) => {
    if (last?.at !== at) {
      if (waiting >= MAX_WAITING) throw new LookoutError('MEDIA_BUSY', `${waiting} pictures are being taken.`);
      last = begin(at);
    }
    const { jpeg, at: shown } = await last.picture;
    await fillDraft(file, () => writeFile(file, jpeg));
    return { from: shown, to: shown };
  };
}

/** Resolves when the ring's newest packet shows a moment (wall clock, ms), or after a while. */
function reached(ring: PacketRing, at: number): Promise<void> {
  const shows = (group: Group | undefined): boolean => {
    const began = group && groupTime(group);
    return group !== undefined && began !== undefined && began + group.newest - (group.packets[0]?.pts ?? 0) >= at;
  };
  if (shows(ring.groups.at(-1)) || at > Date.now()) return Promise.resolve();
  return new Promise((resolve) => {
    const over = (): void => {
      deaf();
      clearTimeout(timer);
      resolve();
    };
    const deaf = ring.listen((group) => (shows(group) ? over() : undefined));
    const timer = setTimeout(over, ON_THE_WAY);
  });
}

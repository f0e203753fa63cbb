import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LookoutError } from '../errors.ts';
import { fillDraft } from '../media/draft.ts';
import type { Span } from './clipJob.ts';
import { groupAge, groupTime } from './packetRing.ts';
import type { Group, PacketRing } from './packetRing.ts';
import { planSnapshot, takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

/** Pictures that wait; more are refused. */
const MAX_WAITING = 8;
/** Several rules may want the same picture within this time, ms. */
const SAME = 3000;
/** A moment whose packets are on their way is waited for so long, ms. */
const ON_THE_WAY = 1000;
/** What a sleeping camera's relay held back comes in one heap within, ms. */
const HEAP = 150;

interface Taken {
  readonly at: number;
  readonly picture: Promise<Snapshot>;
}

/** Takes pictures from a ring one after the other, with one decoder besides the one that watches, into new files; at Infinity the newest there is. Rejects with MEDIA_GONE, MEDIA_BUSY, MEDIA_WRITE or CAMERA_NO_VIDEO. */
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
  return async (wanted, file) => {
    const at = wanted === Number.POSITIVE_INFINITY ? await newest(ring) : wanted;
    if (last?.at !== at) {
      if (waiting >= MAX_WAITING) throw new LookoutError('MEDIA_BUSY', `${waiting} pictures are being taken.`);
      last = begin(at);
    }
    const { jpeg, at: shown } = await last.picture;
    await fillDraft(file, () => writeFile(file, jpeg));
    return { from: shown, to: shown };
  };
}

/** The moment of the newest picture there is, wall clock in ms; that of a camera which was held back until now is waited for. */
async function newest(ring: PacketRing): Promise<number> {
  const last = (): Group | undefined => ring.groups.at(-1);
  const shown = last();
  if (!shown || groupAge(shown) > ON_THE_WAY) {
    await heard(ring, () => true);
    await sleep(HEAP);
  }
  const group = last();
  const began = group && groupTime(group);
  if (!group || began === undefined) throw new LookoutError('MEDIA_GONE', 'The camera has sent no picture yet.');
  return Math.floor(began + group.newest - (group.packets[0]?.pts ?? 0));
}

/** Resolves when the ring's newest packet shows a moment (wall clock, ms), or after a while. */
function reached(ring: PacketRing, at: number): Promise<void> {
  const shows = (group: Group | undefined): boolean => {
    const began = group && groupTime(group);
    return group !== undefined && began !== undefined && began + group.newest - (group.packets[0]?.pts ?? 0) >= at;
  };
  if (shows(ring.groups.at(-1)) || at > Date.now()) return Promise.resolve();
  return heard(ring, shows);
}

/** Resolves when a packet comes of which that is so, or after a while. */
function heard(ring: PacketRing, so: (group: Group) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      deaf();
      clearTimeout(timer);
      resolve();
    };
    const deaf = ring.listen((group) => (so(group) ? over() : undefined));
    const timer = setTimeout(over, ON_THE_WAY);
  });
}

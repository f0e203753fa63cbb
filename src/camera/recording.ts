import { groupTime } from './packetRing.ts';
import type { Group, PacketRing } from './packetRing.ts';
import type { RecordOrder, Recorded } from './recordWire.ts';
import { createSegmenter } from './segmenter.ts';
import type { Segmenter, SegmenterOptions } from './segmenter.ts';

/** How a camera is recorded. */
export interface RecordingOptions extends Omit<SegmenterOptions, 'sink'> {
  /** always; else what is ordered */
  readonly continuous: boolean;
  /** what is ordered already */
  readonly wanted?: { readonly from: number; readonly to: number } | undefined;
}

/** Records what passes the memory, and of what it holds what is ordered. */
export interface RecordingJob {
  /** Ends what is being recorded; resolves when it is in its place. */
  close(): Promise<void>;
  told(order: RecordOrder): void;
  /** Every packet is needed, though it may come late. */
  readonly active: boolean;
}

/** An order that is over is kept to so much longer, since packets come late, ms. */
const LATE = 10_000;

export function startRecording(ring: PacketRing, opts: RecordingOptions, send: (message: Recorded) => void): RecordingJob {
  const segmenter = (): Segmenter =>
    createSegmenter({
      ...opts,
      sink: {
        finished: (segment) => send({ kind: 'recorded', segment }),
        lost: ({ code, detail }, from, to) => send({ kind: 'unrecorded', code, detail, from, to }),
      },
    });
  const live = segmenter();
  /** groups that went into files from their keyframes on */
  const taken = new WeakSet<Group>();
  let wanted = opts.continuous ? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY } : opts.wanted;

  const beyond = (group: Group): boolean => wanted === undefined || (groupTime(group) ?? group.came) > wanted.to;
  /** What the memory holds already goes into files of its own where the present one has gone on. */
  const takeOver = (): void => {
    const older = ring.groups.filter((group) => !taken.has(group) && reaches(group, wanted?.from ?? Number.POSITIVE_INFINITY) && !beyond(group));
    const into = live.running ? segmenter() : live;
    for (const group of older) {
      taken.add(group);
      for (const packet of group.packets) into.offer(group, packet);
    }
    if (into !== live) into.cut();
  };
  ring.listen(
    (group, packet) => {
      if (!wanted) return;
      if (taken.has(group)) return live.offer(group, packet);
      if (beyond(group)) return packet === group.packets[0] ? live.cut() : undefined;
      // what was held back begins before what is wanted
      if (!reaches(group, wanted.from) || ring.groups.at(-1) !== group) return;
      taken.add(group);
      for (const one of group.packets) live.offer(group, one);
    },
    () => live.cut(),
  );
  return {
    told({ from, to }) {
      if (opts.continuous) return;
      wanted = { from, to };
      takeOver();
    },
    async close() {
      wanted = undefined;
      live.cut();
      await live.settled();
    },
    get active() {
      return wanted !== undefined && (live.running || Date.now() < wanted.to + LATE);
    },
  };
}

/** Does it show anything from a moment on? The newest may still come to it. */
function reaches(group: Group, from: number): boolean {
  const at = groupTime(group) ?? group.came;
  return at >= from || at + group.newest - (group.packets[0]?.pts ?? 0) >= from;
}

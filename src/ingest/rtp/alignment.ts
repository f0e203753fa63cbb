/** An access unit by what can be told of it on both sides: as it passed, and as libav gave it out. */
export interface Counted {
  /** its timestamp, RTP ticks, without wraps */
  readonly ticks: number;
  /** all else that has to be equal, in one word */
  readonly mark: string;
  /** what libav gets of it may be cut off: its mark does not count */
  readonly left?: boolean;
}

/**
 * Finds out by evidence which access units that passed are which packets of libav's. Both come in the same order: where a run of marks
 * and of steps between timestamps occurs exactly once among those that passed, that is where the two are aligned, and from then on
 * each packet must be the next one that passed.
 */
export interface Alignment<T extends Counted> {
  /** An access unit has passed. */
  passed(unit: T): void;
  /** libav gave out a packet: the access unit that it is, once that is known. Any other than the one that was due ends the alignment. */
  packet(packet: Counted): T | undefined;
  /** Leaves out access units that libav will not get. */
  leave(isLeft: (unit: T) => boolean): void;
  /** those that passed and that libav has not given out yet, in order */
  readonly waiting: readonly T[];
  /** what to add to an access unit's ticks to get libav's; undefined while they are not aligned */
  readonly offset: number | undefined;
  /** how often an alignment proved wrong */
  readonly broken: number;
}

/** Packets that must agree, and marks that must differ among them: a constant size aligns anywhere. */
const RUN = 12;
const DIFFERENT = 4;
/** Access units that are kept for it: many seconds, since libav reads ahead while it opens a stream. */
const KEPT = 512;
/** So many waiting while aligned means that libav does not get them. */
const MOST_WAITING = 8192;

export function createAlignment<T extends Counted>(): Alignment<T> {
  let waiting: T[] = [];
  let run: Counted[] = [];
  let offset: number | undefined;
  let broken = 0;

  const matches = (from: number): boolean => {
    const [unit, packet] = [waiting[from], run[0]];
    if (!unit || !packet || from + RUN > waiting.length) return false;
    return run.every(({ ticks, mark }, i) => waiting[from + i]?.mark === mark && (waiting[from + i]?.ticks ?? 0) - unit.ticks === ticks - packet.ticks);
  };
  const align = (): T | undefined => {
    if (run.length < RUN || new Set(run.map(({ mark }) => mark)).size < DIFFERENT) return undefined;
    const found = waiting.flatMap((_, i) => (matches(i) ? [i] : []));
    const [at] = found;
    if (at === undefined || found.length > 1) return undefined;
    const last = waiting[at + RUN - 1];
    offset = (run.at(-1)?.ticks ?? 0) - (last?.ticks ?? 0);
    waiting = waiting.slice(at + RUN);
    run = [];
    return last;
  };
  const fail = (): void => {
    offset = undefined;
    broken += 1;
  };
  return {
    passed(unit) {
      waiting.push(unit);
      if (offset === undefined && waiting.length > KEPT) waiting.shift();
      if (offset !== undefined && waiting.length > MOST_WAITING) fail();
    },
    packet(packet) {
      if (offset !== undefined) {
        const due = waiting.shift();
        if (due && (due.left || due.mark === packet.mark) && due.ticks + offset === packet.ticks) return due;
        fail();
      }
      run.push(packet);
      if (run.length > RUN) run.shift();
      return align();
    },
    leave(isLeft) {
      waiting = waiting.filter((unit) => !isLeft(unit));
    },
    get waiting() {
      return waiting;
    },
    get offset() {
      return offset;
    },
    get broken() {
      return broken;
    },
  };
}

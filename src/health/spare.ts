import { availableParallelism, cpus } from 'node:os';

/** What the machine's processors have done since it was started; only differences mean something, ms. */
export interface ProcessorTimes {
  readonly idle: number;
  readonly total: number;
}

/** The load is measured over so long, ms; a span of more than the other says nothing of the present. */
const SPAN = 900;
const OLD = 3000;
/** Share of the processors' time that has to be left over. */
const SPARE = 0.15;
/** At the most so many for each core. */
const MOST = 4;

export interface SpareSource {
  readonly cores: number;
  times(): ProcessorTimes;
  /** ms */
  now(): number;
}

const MACHINE: SpareSource = { cores: availableParallelism(), times: processorTimes, now: () => performance.now() };

/**
 * How many may do heavy work at once: one for each core whatever the load, and while the machine has time left over one more for
 * each of them a second, up to four; what was begun in one second is seen in the load of the next.
 */
export function spareRoom({ cores, times, now }: SpareSource = MACHINE): (running: number) => number {
  let last: (ProcessorTimes & { readonly at: number }) | undefined;
  let room = cores;
  return (running) => {
    const at = now();
    const span = at - (last?.at ?? Number.NEGATIVE_INFINITY);
    if (span < SPAN) return room;
    const seen = { at, ...times() };
    const spare = last && span < OLD ? (seen.idle - last.idle) / (seen.total - last.total) : 0;
    last = seen;
    room = spare >= SPARE ? Math.min(MOST * cores, running + cores) : cores;
    return room;
  };
}

function processorTimes(): ProcessorTimes {
  let [idle, total] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}

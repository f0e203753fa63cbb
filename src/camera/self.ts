import { residentMb } from '../health/memory.ts';

/** What this process has cost so far. */
export interface Self {
  /** A packet of this stream time (ms) came while the decoder slept, or not. */
  second(asleep: boolean, pts: number): void;
  readonly told: { readonly asleep: number; readonly cpu: number; readonly memory: number };
}

export function createSelf(): Self {
  const began = process.cpuUsage();
  let last: number | undefined;
  let slept = 0;
  let total = 0;
  return {
    second(asleep, pts) {
      const step = last === undefined ? 0 : Math.min(1000, Math.max(0, pts - last));
      last = pts;
      total += step;
      if (asleep) slept += step;
    },
    get told() {
      const { user, system } = process.cpuUsage(began);
      return { asleep: total > 0 ? slept / total : 0, cpu: (user + system) / 1e6, memory: residentMb(process.pid) };
    },
  };
}

import type { Delay } from './settings.ts';

/** What goes out, in order, each when its delay is over. */
export interface Delivery {
  /** `send` is called at `moment` (wall clock, ms) and the delay on top, not before all that was given earlier. */
  push(moment: number, send: () => void): void;
  close(): void;
}

/** More than a minute of one camera. */
const MOST = 4096;

export function createDelivery(delay: () => Delay, random: () => number): Delivery {
  const queue: { due: number; send: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let latest = 0;
  let burst: { from: number; to: number } | undefined;
  const exponential = (mean: number): number => -mean * Math.log(1 - random());

  /** when a congestion that holds at this moment is over; else the moment */
  const congested = (moment: number): number => {
    const plan = delay().burst;
    if (!plan) return moment;
    while (!burst || burst.to < moment) {
      const from = (burst?.to ?? moment) + exponential(plan.every);
      burst = { from, to: from + exponential(plan.length) };
    }
    return moment >= burst.from ? burst.to : moment;
  };
  const pump = (): void => {
    timer = undefined;
    const now = Date.now();
    for (let head = queue[0]; head && head.due <= now; head = queue[0]) {
      queue.shift();
      head.send();
    }
    const head = queue[0];
    if (head) timer = setTimeout(pump, head.due - now);
  };
  return {
    push(moment, send) {
      const { constant, jitter } = delay();
      latest = Math.max(latest, congested(moment) + constant + (jitter > 0 ? exponential(jitter) : 0));
      if (latest <= Date.now() && queue.length === 0) return send();
      if (queue.length >= MOST) queue.shift();
      queue.push({ due: latest, send });
      timer ??= setTimeout(pump, latest - Date.now());
    },
    close() {
      clearTimeout(timer);
      queue.length = 0;
    },
  };
}

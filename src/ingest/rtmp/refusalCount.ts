/** What the door says of those it has sent away: how many since it last said so, and the last of them. */
export interface Refusals {
  readonly count: number;
  readonly address: string;
  /** no word of it was chosen by the peer */
  readonly reason: string;
}

export interface RefusalCount {
  add(address: string, reason: string): void;
}

/** Gathers refusals, so that a thousand strangers are a line or two in the log: one report in `every` ms at most. */
export function countRefusals(report: (refusals: Refusals) => void, every = 5000): RefusalCount {
  let gathered: Refusals | undefined;
  return {
    add(address, reason) {
      if (!gathered) {
        setTimeout(() => {
          if (gathered) report(gathered);
          gathered = undefined;
        }, every).unref();
      }
      gathered = { count: (gathered?.count ?? 0) + 1, address, reason };
    },
  };
}

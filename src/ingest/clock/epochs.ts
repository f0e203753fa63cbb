/** Stamps from before a stream's time line jumped. */
export interface Epochs {
  /** The time line jumped; `from` is the lowest stamp before, `shift` what is added to those stamps from now on. All ms. */
  jumped(from: number, shift: number): void;
  /** stream time on today's time line, of which `lowest` is the lowest stamp */
  place(pts: number, lowest: number): number;
}

/** Time lines that are remembered. */
const KEPT = 4;

export function createEpochs(): Epochs {
  let before: readonly { readonly from: number; readonly shift: number }[] = [];
  return {
    jumped(from, shift) {
      before = [{ from, shift }, ...before.map((epoch) => ({ from: epoch.from, shift: epoch.shift + shift }))].slice(0, KEPT);
    },
    // where two overlap, the newer one is meant
    place: (pts, lowest) => (pts >= lowest ? pts : pts + (before.find(({ from }) => pts >= from)?.shift ?? 0)),
  };
}

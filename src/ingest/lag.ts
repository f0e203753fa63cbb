/** This far behind the stream, decoding gives up catching up, ms. */
const TOO_FAR = 1500;
/** A read that waits so long for data shows that nothing more is queued, ms. */
const WAITED = 5;
/** So many packets in a row without waiting mean that it is we who are slow, not the network. */
const QUEUED = 15;

export type LagStep = { readonly step: 'decode' | 'skip' } | { readonly step: 'resume'; readonly from: number; readonly to: number };

/**
 * Decides what to do when decoding is slower than the stream: packets are left out until the queue is empty, and decoding
 * goes on at the next keyframe. The newest picture wins; the gap is told (wall clock, ms).
 */
export function createLag(): (packet: { readonly behind: number; readonly waited: number; readonly keyframe: boolean; readonly arrival: number }) => LagStep {
  let queued = 0;
  let skippedFrom: number | undefined;
  let caughtUp = false;
  return ({ behind, waited, keyframe, arrival }) => {
    queued = waited < WAITED ? queued + 1 : 0;
    if (skippedFrom === undefined) {
      if (behind < TOO_FAR || queued < QUEUED) return { step: 'decode' };
      skippedFrom = arrival - behind;
      caughtUp = false;
      return { step: 'skip' };
    }
    caughtUp ||= queued === 0;
    if (!caughtUp || !keyframe) return { step: 'skip' };
    const from = skippedFrom;
    skippedFrom = undefined;
    return { step: 'resume', from, to: arrival };
  };
}

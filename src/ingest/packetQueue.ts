/** What the queue needs to know of a packet. */
export interface Queued {
  /** stream time, ms; NaN where it is not known yet */
  readonly pts: number;
  readonly keyframe: boolean;
  /** bytes */
  readonly size: number;
  free(): void;
}

/** A packet to decode; `gap`: packets before it (stream time, ms) were left out, so that the decoder has to begin anew. */
export interface Turn<T> {
  readonly packet: T;
  readonly gap?: { readonly from: number; readonly to: number };
}

export interface PacketQueue<T> {
  push(packet: T): void;
  /** No more will come; `next` gives what is left (or throws the error at once). */
  end(error?: unknown): void;
  /** undefined at the end */
  next(): Promise<Turn<T> | undefined>;
}

/** More stream time than this, waiting for longer than PATIENCE, means that decoding is too slow, ms. A burst at the start is not. */
const TOO_MUCH = 2000;
const PATIENCE = 3000;
const MAX_PACKETS = 1000;
const MAX_BYTES = 64e6;

/**
 * Lets reading run ahead of decoding, so that arrivals are stamped when they happen. Bounded: when decoding cannot follow, all
 * up to the newest keyframe is dropped (or all until the next one comes), the newest wins. `dropped` is called for each packet lost.
 */
export function createPacketQueue<T extends Queued>(dropped: () => void, now: () => number = () => performance.now()): PacketQueue<T> {
  let items: T[] = [];
  let bytes = 0;
  let shortAt = now();
  let gapFrom: number | undefined;
  let over: { readonly error: unknown } | undefined;
  let wake = (): void => undefined;

  const drop = (lost: readonly T[]): void => {
    for (const item of lost) {
      gapFrom = Math.min(gapFrom ?? item.pts, item.pts);
      bytes -= item.size;
      item.free();
      dropped();
    }
  };
  const shorten = (): void => {
    const keyframe = items.findLastIndex((item, i) => i > 0 && item.keyframe);
    const from = keyframe < 0 ? items.length : keyframe;
    drop(items.slice(0, from));
    items = items.slice(from);
    shortAt = now();
  };
  return {
    push(packet) {
      bytes += packet.size;
      if (gapFrom !== undefined && items.length === 0 && !packet.keyframe) return drop([packet]);
      items.push(packet);
      const [oldest] = items;
      if (!oldest || !(packet.pts - oldest.pts >= TOO_MUCH)) shortAt = now();
      if (now() - shortAt > PATIENCE || items.length > MAX_PACKETS || bytes > MAX_BYTES) shorten();
      wake();
    },
    end(error) {
      over ??= { error };
      if (error !== undefined) drop(items.splice(0));
      wake();
    },
    async next() {
      for (;;) {
        if (over && over.error !== undefined) throw over.error;
        const packet = items.shift();
        if (packet) {
          bytes -= packet.size;
          if (gapFrom === undefined) return { packet };
          const gap = { from: gapFrom, to: packet.pts };
          gapFrom = undefined;
          return { packet, gap };
        }
        if (over) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

import type { LiveNews } from './liveWire.ts';

/** Bytes that may be on their way to a viewer. */
const WINDOW = 8e6;
/** Of one message. */
const CHUNK = 256_000;
/** What is taken is told in steps: so little may always be on its way, bytes. */
const SLACK = 100_000;

/** The bytes of one viewer's stream on their way to it. */
export interface LiveOutlet {
  push(bytes: Buffer): void;
  /** Sends what waits if it is worth a message, or in any case; false: there is no room just now, and nothing should be pushed. */
  flush(all: boolean): boolean;
  /** The viewer has taken so many bytes since it began. */
  taken(bytes: number): void;
  /** for how long it has taken nothing though there was something, ms */
  readonly stuck: number;
}

/** `send`: false where there is no room. */
export function createLiveOutlet(send: (news: LiveNews) => boolean, about: () => { readonly id: number; readonly codec: string }, now: () => number = () => performance.now()): LiveOutlet {
  let waiting: Buffer[] = [];
  let size = 0;
  let sent = 0;
  let taken = 0;
  let moved = now();
  return {
    push(bytes) {
      waiting.push(bytes);
      size += bytes.length;
    },
    flush(all) {
      if (size === 0 || (size < CHUNK && !all)) return true;
      waiting = [Buffer.concat(waiting)];
      const [data] = waiting;
      if (!data || sent - taken > WINDOW || !send({ kind: 'live', ...about(), data })) return false;
      sent += size;
      [waiting, size] = [[], 0];
      return true;
    },
    taken(bytes) {
      if (bytes > taken) moved = now();
      taken = Math.max(taken, bytes);
    },
    get stuck() {
      if (size === 0 && sent - taken < SLACK) moved = now();
      return now() - moved;
    },
  };
}

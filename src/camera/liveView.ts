import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { createDecodeTimes } from '../media/decodeTimes.ts';
import type { Decoded } from '../media/decodeTimes.ts';
import { createLiveCursor } from './liveCursor.ts';
import type { LiveCursor } from './liveCursor.ts';
import { openLiveMux } from './liveMux.ts';
import type { LiveMux } from './liveMux.ts';
import { createLiveOutlet } from './liveOutlet.ts';
import type { LiveOutlet } from './liveOutlet.ts';
import type { LiveNews } from './liveWire.ts';
import type { Group, PacketRing, RingPacket } from './packetRing.ts';

/** A viewer that has taken nothing for so long is gone, ms. */
const GONE = 15_000;
/** The order of pictures is known after some packets; no longer than this is waited for them, ms. */
const ORDER = 400;
const TICK = 400;

/** What one viewer is sent. */
export interface LiveView {
  /** It has taken so many bytes since it began. */
  taken(bytes: number): void;
  close(): void;
}

/**
 * Sends from the last keyframe on, at once, and then as packets come, until they are of another connection or format. What a viewer does not take
 * stays in the ring and goes with that. `send`: false when there is no room just now; `over` is called at the end.
 */
export function openLiveView(id: number, ring: PacketRing, send: (news: LiveNews) => boolean, over: () => void): LiveView {
  const view = new View(id, ring, send, over);
  // what is asked for is answered afterwards
  queueMicrotask(() => view.pump());
  return view;
}

class View implements LiveView {
  readonly #id: number;
  readonly #send: (news: LiveNews) => boolean;
  readonly #over: () => void;
  readonly #deaf: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #cursor: LiveCursor;
  readonly #outlet: LiveOutlet;
  readonly #times = createDecodeTimes<Packet>();
  #mux: LiveMux | undefined;
  /** stream time of the first packet, and our clock when it was taken, ms */
  #start = 0;
  #began: number | undefined;
  #open = true;

  constructor(id: number, ring: PacketRing, send: (news: LiveNews) => boolean, over: () => void) {
    [this.#id, this.#send, this.#over] = [id, send, over];
    this.#cursor = createLiveCursor(ring, (group, sets) => this.#begin(group, sets));
    this.#outlet = createLiveOutlet(send, () => ({ id, codec: this.#cursor.group?.track.codec ?? '' }));
    this.#deaf = ring.listen(() => this.pump(), () => this.#end());
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  taken(bytes: number): void {
    this.#outlet.taken(bytes);
    this.pump();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#deaf();
    clearInterval(this.#timer);
    for (const { item } of this.#times.drain()) item.free();
    this.#mux?.close();
    this.#over();
  }

  /** Sends what there is and fits. */
  pump(): void {
    this.#try(() => {
      while (this.#outlet.flush(false)) {
        const packet = this.#cursor.next();
        if (!packet) break;
        this.#offer(packet);
      }
      if (!this.#outlet.flush(true)) this.#cursor.blocked();
    });
    if (this.#cursor.over) this.#end();
  }

  #tick(): void {
    if (this.#outlet.stuck > GONE) return this.#end();
    if (this.#began !== undefined && performance.now() - this.#began > ORDER) this.#try(() => this.#write(this.#times.hurry()));
    this.pump();
  }

  #begin(group: Group, sets: Buffer | undefined): void {
    this.#mux = openLiveMux(group.track, sets);
    this.#outlet.push(this.#mux.head);
    this.#start = group.packets[0]?.pts ?? 0;
    this.#began = performance.now();
  }

  #offer({ packet, pts }: RingPacket): void {
    // pictures that are shown before the first keyframe refer to what is not there
    const own = pts < this.#start ? null : packet.clone();
    if (own) this.#write(this.#times.push(own, Math.round(pts - this.#start)));
  }

  #write(packets: readonly Decoded<Packet>[]): void {
    let failure: { readonly error: unknown } | undefined;
    for (const { item, pts, dts } of packets) {
      try {
        if (this.#mux && !failure) this.#outlet.push(this.#mux.write(item, { pts, dts }));
      } catch (error) {
        failure = { error };
      } finally {
        item.free();
      }
    }
    if (failure) throw failure.error;
    // from then on it is told at once
    if (packets.length > 0) this.#began = undefined;
  }

  #end(): void {
    this.#try(() => {
      this.#write(this.#times.drain());
      this.#outlet.flush(true);
      this.#finish({ kind: 'over', id: this.#id });
    });
  }

  #try(work: () => void): void {
    if (!this.#open) return;
    try {
      work();
    } catch (error) {
      const { code, detail } = error instanceof LookoutError ? error : new LookoutError('LIVE_UNPLAYABLE', String(error));
      this.#finish({ kind: 'over', id: this.#id, code, detail });
    }
  }

  #finish(news: LiveNews): void {
    this.#send(news);
    this.close();
  }
}

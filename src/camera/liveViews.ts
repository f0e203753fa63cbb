import { sendToParent } from '../health/childSide.ts';
import { openLiveView } from './liveView.ts';
import type { LiveView } from './liveView.ts';
import type { LiveNews, LiveOrder } from './liveWire.ts';
import type { PacketRing } from './packetRing.ts';

/** Those who watch a camera live, in its process. */
export interface LiveViews {
  told(order: LiveOrder): void;
  /** how many there are */
  readonly size: number;
}

/** Messages that may wait in the pipe; beyond that a viewer's packets stay in the ring. */
const MOST_WAITING = 24;

export function createLiveViews(ring: PacketRing, send: (news: LiveNews) => boolean = sendSome): LiveViews {
  const views = new Map<number, LiveView>();
  return {
    told(order) {
      const { id } = order;
      if (order.kind === 'taken') views.get(id)?.taken(order.bytes);
      else if (order.kind === 'unwatch') views.get(id)?.close();
      else views.set(id, openLiveView(id, ring, send, () => views.delete(id)));
    },
    get size() {
      return views.size;
    },
  };
}

/** That it is over is small, and nobody else tells it. */
const sendSome = (news: LiveNews): boolean => sendToParent(news, news.kind === 'over' ? Number.POSITIVE_INFINITY : MOST_WAITING);

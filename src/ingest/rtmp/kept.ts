import type { Broadcast } from 'node-media-server/src/core/context.js';
import type { AvPacket } from 'node-media-server/src/protocol/flv.js';
import { KEPT } from './limits.ts';

const KEYFRAME = 3;
const sizes = new Map<Broadcast, number>();

/**
 * Bounds what the server keeps of a stream since its last keyframe; it counts messages itself, never bytes, and keeps all twice,
 * once for a protocol that is not spoken here. Beyond the bound nothing is kept until the next keyframe: half a group of pictures
 * would show the next reader garbage. Called after each packet.
 */
export function boundKept(broadcast: Broadcast, packet: AvPacket): void {
  broadcast.flvGopCache = null;
  if (!broadcast.rtmpGopCache) return;
  const size = packet.size + (packet.flags === KEYFRAME ? 0 : (sizes.get(broadcast) ?? 0));
  sizes.set(broadcast, size);
  if (size > KEPT.perStream || broadcast.rtmpGopCache.size > KEPT.messages) forget(broadcast);
  let total = 0;
  for (const each of sizes.values()) total += each;
  if (total > KEPT.inAll) forget([...sizes].reduce((a, b) => (b[1] > a[1] ? b : a))[0]);
}

export function forget(broadcast: Broadcast): void {
  broadcast.rtmpGopCache = null;
  sizes.delete(broadcast);
}

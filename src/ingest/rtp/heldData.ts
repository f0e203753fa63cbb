import { FRAME_HEAD } from '../../network/interleaved.ts';
import { createWhole } from './accessUnits.ts';
import { RtpPacket } from './packet.ts';
import type { RelayedUnit } from './relayedUnit.ts';
import type { Reserve } from './reserve.ts';

/** The bytes of an access unit that is held, as libav would give it out; undefined where it is not. */
export function heldData(codec: string, reserve: Reserve, { place, timestamp }: RelayedUnit): Buffer | undefined {
  const whole = createWhole(codec);
  if (place === undefined || !whole) return undefined;
  const packet = new RtpPacket();
  reserve.walk(place, (bytes, from, to) => {
    if (!packet.read(bytes, from + FRAME_HEAD, to) || packet.timestamp !== timestamp) return false;
    whole.add(packet, bytes);
    return true;
  });
  return whole.data;
}

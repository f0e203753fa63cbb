import { AV_LOG_WARNING, AV_PKT_FLAG_CORRUPT } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { Packet } from 'node-av/lib';

/**
 * Packets read after a loss that count as hit: the frame that libav's parser was putting together, the next one, and one more,
 * since its word comes on another way than its packets.
 */
const HIT = 3;

let losses = 0;
let listening = false;

/** libav tells of RTP packets that never came (UDP) in its log alone; nothing else of that is read, and nothing printed. */
function listen(): void {
  if (listening) return;
  listening = true;
  const heard = (_level: number, message: string): void => {
    if (message.startsWith('RTP: missed')) losses += 1;
  };
  Log.setCallback(heard, { maxLevel: AV_LOG_WARNING });
}

/** For one RTP stream: call it with each packet as it is read; those that a loss may have hit get the flag AV_PKT_FLAG_CORRUPT. */
export function markLosses(): (packet: Packet) => void {
  listen();
  let known = losses;
  let left = 0;
  return (packet) => {
    if (known !== losses) left = HIT;
    known = losses;
    if (left === 0) return;
    left -= 1;
    packet.setFlags(AV_PKT_FLAG_CORRUPT);
  };
}

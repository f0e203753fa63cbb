import { AV_FRAME_FLAG_CORRUPT, AV_FRAME_FLAG_KEY, AV_NOPTS_VALUE, AV_PKT_FLAG_CORRUPT } from 'node-av/constants';
import type { Frame, Packet } from 'node-av/lib';

/** Which frames show what the camera saw: by libav's own word, the demuxer's, and whether a keyframe came before them. */
export interface Trust {
  packet(packet: Packet): void;
  /** To be asked of each frame once, in order of presentation. `stamp`: its time in the packets' units. */
  damaged(frame: Frame, stamp: bigint): boolean;
  /** Nothing before counts any more. */
  clear(): void;
}

/** Damaged packets whose frames have not come out yet; more than a decoder ever holds. */
const MAX_MARKED = 64;

/**
 * What lies before the first keyframe in the order of presentation refers to what was never seen. Damage lasts until the next
 * keyframe: libav names only the frame that was hit, not those that are predicted from it. A picture that is missing as a whole
 * is not noticed in H.264: what refers to it shows an older one in its place.
 */
export function createTrust(): Trust {
  let from: bigint | undefined;
  let broken = false;
  const marked = new Set<bigint>();
  const hit = (frame: Frame, stamp: bigint): boolean => marked.has(stamp) || frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
  return {
    packet(packet) {
      // a keyframe before the first one: the stream began anew
      if (packet.isKeyframe && (from === undefined || packet.pts < from)) from = packet.pts;
      if (!packet.hasFlags(AV_PKT_FLAG_CORRUPT)) return;
      marked.add(packet.pts);
      for (const oldest of marked) {
        if (marked.size <= MAX_MARKED) break;
        marked.delete(oldest);
      }
    },
    damaged(frame, stamp) {
      if (frame.hasFlags(AV_FRAME_FLAG_KEY)) broken = false;
      broken ||= hit(frame, stamp);
      return broken || from === undefined || (from !== AV_NOPTS_VALUE && stamp < from);
    },
    clear: () => {
      from = undefined;
      broken = false;
      marked.clear();
    },
  };
}

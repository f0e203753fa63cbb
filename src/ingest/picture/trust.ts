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

/**
 * What lies before the first keyframe in the order of presentation refers to what was never seen. Damage lasts until the next
 * keyframe: libav names only the frame that was hit, not those that are predicted from it. From a packet that the demuxer calls
 * corrupt on, no frame is trusted until a sound keyframe sent after it comes out: with B-frames, what it hit may be shown before it.
 * A picture that is missing as a whole is noticed only by such packets (losses.ts): what refers to it shows an older one in its place.
 */
export function createTrust(): Trust {
  let from: bigint | undefined;
  let hit = false;
  let lost = false;
  let recovery: bigint | undefined;
  return {
    packet(packet) {
      const { isKeyframe, pts } = packet;
      // a keyframe before the first one: the stream began anew
      if (isKeyframe && (from === undefined || pts < from)) from = pts;
      if (packet.hasFlags(AV_PKT_FLAG_CORRUPT)) {
        lost = true;
        recovery = undefined;
      } else if (isKeyframe && lost) recovery ??= pts;
    },
    damaged(frame, stamp) {
      if (frame.hasFlags(AV_FRAME_FLAG_KEY)) {
        hit = false;
        lost &&= recovery === undefined || stamp < recovery;
      }
      hit ||= frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
      return hit || lost || from === undefined || (from !== AV_NOPTS_VALUE && stamp < from);
    },
    clear: () => {
      [from, hit, lost, recovery] = [undefined, false, false, undefined];
    },
  };
}

import type { Packet } from 'node-av/lib';
import type { Decoding } from './decoding.ts';
import type { Gaze } from './gaze.ts';

/** A keyframe when it is asked for, for whoever frees it; undefined when it is gone. */
export type Keyframe = () => Packet | undefined;

/** The keyframe that a sleeping camera is to be looked at by; the newest wins. */
export class Check {
  #keyframe: Keyframe | undefined;
  #running = false;

  wants(keyframe: Keyframe): void {
    this.#keyframe = keyframe;
  }

  forget(): void {
    this.#keyframe = undefined;
  }

  get waits(): boolean {
    return this.#keyframe !== undefined;
  }

  /** It waits, or is being looked at. */
  get pending(): boolean {
    return this.#running || this.waits;
  }

  /** Looks at it and tells what each picture showed; false where it gave none. */
  async run(decoding: Decoding, gaze: Gaze, tell: (pts: number, moving: boolean) => void): Promise<boolean> {
    const packet = this.#keyframe?.();
    let seen = false;
    this.forget();
    if (!packet) return false;
    this.#running = true;
    try {
      await decoding.alone(packet, async (picture) => {
        seen = true;
        const { pts } = picture;
        const { moving } = await gaze.look(picture, true);
        tell(pts, moving);
      });
    } finally {
      this.#running = false;
      packet.free();
    }
    return seen;
  }
}

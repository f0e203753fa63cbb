import type { Picture, VideoInput } from '../video/frames.ts';

/** Bytes of frames that both sides remember; 16 frames of two megapixels each are twice this. */
const BOUND = 64 * 2 ** 20;

/** A frame on its way to the model's process: in full the first time, then by its number alone. */
type WireFrame = number | { readonly id: number; readonly picture: Picture };

/** A video on its way. `fresh`: the other side shall forget the frames of before. */
export interface WireVideo {
  readonly frames: readonly WireFrame[];
  readonly times: readonly number[];
  readonly fresh: boolean;
}

/** Frames by number, the least recently used forgotten first: both sides do the same with the same, so they agree on what is known. */
class Remembered<T> {
  readonly #entries = new Map<number, { readonly value: T; readonly bytes: number }>();
  #bytes = 0;

  use(id: number): T | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.value;
  }

  add(id: number, value: T, bytes: number): void {
    this.#entries.set(id, { value, bytes });
    this.#bytes += bytes;
  }

  /** once a whole video is through */
  trim(): void {
    for (const [id, { bytes }] of this.#entries) {
      if (this.#bytes <= BOUND) return;
      this.#entries.delete(id);
      this.#bytes -= bytes;
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}

/**
 * The sending side. Windows overlap, and a frame that goes through a pipe is copied twice on the sender's event loop: so each goes
 * once. A frame is known by its identity as an object; it must not be changed after it was sent.
 */
export class FrameSender {
  readonly #ids = new WeakMap<Picture, number>();
  readonly #known = new Remembered<true>();
  #next = 1;
  #fresh = true;

  pack({ frames, times }: VideoInput): WireVideo {
    const fresh = this.#fresh;
    this.#fresh = false;
    const packed = frames.map((frame): WireFrame => {
      const id = this.#ids.get(frame) ?? this.#next++;
      this.#ids.set(frame, id);
      if (this.#known.use(id)) return id;
      const { width, height, data } = frame;
      this.#known.add(id, true, data.byteLength);
      return { id, picture: { width, height, data } };
    });
    this.#known.trim();
    return { frames: packed, times, fresh };
  }

  /** The other side has lost its memory, or may not have had the last video. */
  reset(): void {
    this.#known.clear();
    this.#fresh = true;
  }
}

/** The receiving side. */
export class FrameReceiver {
  readonly #known = new Remembered<Picture>();

  /** RangeError where a frame is named that never came. */
  unpack({ frames, times, fresh }: WireVideo): VideoInput {
    if (fresh) this.#known.clear();
    const pictures = frames.map((frame) => {
      if (typeof frame !== 'number') this.#known.add(frame.id, frame.picture, frame.picture.data.byteLength);
      const picture = this.#known.use(typeof frame === 'number' ? frame : frame.id);
      if (!picture) throw new RangeError(`frame ${String(frame)} was never sent`);
      return picture;
    });
    this.#known.trim();
    return { frames: pictures, times };
  }
}

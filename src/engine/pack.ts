import type { EngineConfig } from '../config/engineSchema.ts';
import { resizeBicubic } from '../qwen3vl/video/resize.ts';
import type { Picture } from '../qwen3vl/video/frames.ts';
import type { JpegMaker } from './jpeg.ts';
import type { LaidPart, LaidTurn, Sized } from './layout.ts';
import { encodePng } from './png.ts';

/** A picture as it stands in a request. */
export interface Packed {
  readonly type: 'image/jpeg' | 'image/png';
  readonly base64: string;
}

/** A part of a message with its pictures packed. */
export type PackedPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly image: Packed }
  | { readonly kind: 'video'; readonly frames: readonly Packed[]; readonly ms: readonly number[] };

export interface PackedTurn {
  readonly role: LaidTurn['role'];
  readonly parts: readonly PackedPart[];
}

/** Characters of packed pictures that are kept: windows overlap, and a frame is packed once for all of them. */
const KEPT = 64 * 2 ** 20;
/** No window shows a picture again that none has shown for so long, ms. */
const UNUSED = 30_000;
/** Pixels: PNG takes five to ten times a JPEG's bytes, which small frames can afford. */
const SMALL = 128 * 32 * 32;

/** Packs pictures, each once. A picture is known by its identity; it must not be changed after it was packed. */
export class Packer {
  readonly #pictures: EngineConfig['pictures'];
  readonly #jpegs: JpegMaker;
  readonly #ids = new WeakMap<Picture, number>();
  readonly #kept = new Map<string, { readonly packed: Promise<Packed>; size: number; usedAt: number }>();
  #size = 0;
  #next = 1;

  constructor(pictures: EngineConfig['pictures'], jpegs: JpegMaker) {
    this.#pictures = pictures;
    this.#jpegs = jpegs;
  }

  /** Throws CHILD_EXITED where the encoder's process ends in the middle. */
  turns(turns: readonly LaidTurn[]): Promise<PackedTurn[]> {
    return Promise.all(turns.map(async ({ role, parts }) => ({ role, parts: await Promise.all(parts.map((part) => this.#part(part))) })));
  }

  async #part(part: LaidPart): Promise<PackedPart> {
    if (part.kind === 'text') return part;
    if (part.kind === 'image') return { kind: 'image', image: await this.#once(part.image, this.#typeOf(part.image)) };
    // called JPEGs in the request, but vLLM and Lookout look at what each picture is
    return { kind: 'video', frames: await Promise.all(part.frames.map((frame) => this.#once(frame, this.#typeOf(frame)))), ms: part.ms };
  }

  #typeOf({ width, height }: Sized): Packed['type'] {
    if (this.#pictures === 'auto') return width * height <= SMALL ? 'image/png' : 'image/jpeg';
    return this.#pictures === 'png' ? 'image/png' : 'image/jpeg';
  }

  #once(sized: Sized, type: Packed['type']): Promise<Packed> {
    const id = this.#ids.get(sized.picture) ?? this.#next++;
    this.#ids.set(sized.picture, id);
    const key = `${id} ${sized.width}×${sized.height} ${type}`;
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      known.usedAt = performance.now();
      return known.packed;
    }
    const packed = this.#pack(sized, type);
    const entry = { packed, size: 0, usedAt: performance.now() };
    this.#kept.set(key, entry);
    packed.then(
      ({ base64 }) => {
        if (this.#kept.get(key) !== entry) return;
        entry.size = base64.length;
        this.#size += base64.length;
        this.#trim();
      },
      () => this.#kept.delete(key),
    );
    return packed;
  }

  async #pack({ picture, width, height }: Sized, type: Packed['type']): Promise<Packed> {
    const resized = resizeBicubic(picture, width, height);
    const bytes = await (type === 'image/png' ? encodePng(resized) : this.#jpegs.encode(resized));
    return { type, base64: bytes.toString('base64') };
  }

  #trim(): void {
    const since = performance.now() - UNUSED;
    for (const [key, { size, usedAt }] of this.#kept) {
      if (this.#size <= KEPT && usedAt > since) return;
      this.#kept.delete(key);
      this.#size -= size;
    }
  }
}

import type { Tensor } from 'onnxruntime-node';
import type { FeatureDisk } from './featureDisk.ts';

/** Features of one temporal patch: [tokens, hidden] for the embedding and for each DeepStack tap. */
export interface PatchFeatures {
  /** names the content; equal keys have equal features */
  readonly key: number;
  readonly features: Tensor;
  readonly deepstack: readonly Tensor[];
}

/**
 * Features by the hash of their pixels, in memory up to a bound of bytes (least recently used go first) and, where a `disk` is
 * given, there as well.
 */
export class FeatureCache {
  readonly #maxBytes: number;
  readonly #disk: FeatureDisk | undefined;
  readonly #entries = new Map<string, PatchFeatures>();
  #bytes = 0;
  #nextKey = 1;

  constructor(maxBytes: number, disk?: FeatureDisk) {
    this.#maxBytes = maxBytes;
    this.#disk = disk;
  }

  get(hash: string): PatchFeatures | undefined {
    const entry = this.#entries.get(hash);
    if (entry) {
      // Map keeps insertion order: the newest use goes last
      this.#entries.delete(hash);
      this.#entries.set(hash, entry);
      return entry;
    }
    const stored = this.#disk?.read(hash);
    return stored && this.#keep(hash, stored);
  }

  /** Takes computed features in; `tensors` are the embedding's and then each tap's. */
  set(hash: string, tensors: readonly Tensor[]): PatchFeatures {
    this.#disk?.write(hash, tensors);
    return this.#keep(hash, tensors);
  }

  /** Brings the memory back under its bound; to be called while no features are in use, since a device's are freed at once. */
  trim(): void {
    for (const [oldest, old] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#entries.delete(oldest);
      this.#bytes -= sizeOf(old);
      for (const tensor of [old.features, ...old.deepstack]) if (tensor.location === 'gpu-buffer') tensor.dispose();
    }
  }

  #keep(hash: string, [features, ...deepstack]: readonly Tensor[]): PatchFeatures {
    if (!features) throw new RangeError('a patch has features');
    const entry = { key: this.#nextKey++, features, deepstack };
    this.#entries.set(hash, entry);
    this.#bytes += sizeOf(entry);
    return entry;
  }
}

/** float32 */
function sizeOf({ features, deepstack }: PatchFeatures): number {
  return features.size * 4 * (1 + deepstack.length);
}

/** Features of one temporal patch: [tokens, hidden] for the embedding and for each DeepStack tap. */
export interface PatchFeatures {
  /** names the content; equal keys have equal features */
  readonly key: number;
  readonly features: Float32Array;
  readonly deepstack: readonly Float32Array[];
}

/** Least recently used features go first when the bytes run over the bound. */
export class FeatureCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, PatchFeatures>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(hash: string): PatchFeatures | undefined {
    const entry = this.#entries.get(hash);
    if (!entry) return undefined;
    // Map keeps insertion order: the newest use goes last
    this.#entries.delete(hash);
    this.#entries.set(hash, entry);
    return entry;
  }

  set(hash: string, entry: PatchFeatures): void {
    this.#entries.set(hash, entry);
    this.#bytes += sizeOf(entry);
    for (const [oldest, old] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#entries.delete(oldest);
      this.#bytes -= sizeOf(old);
    }
  }
}

function sizeOf({ features, deepstack }: PatchFeatures): number {
  return features.byteLength + deepstack.reduce((sum, d) => sum + d.byteLength, 0);
}

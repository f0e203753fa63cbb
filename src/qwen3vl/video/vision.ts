import { createHash } from 'node:crypto';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { Processing } from '../checkpoint/checkpoint.ts';
import type { VisionConfig } from '../checkpoint/config.ts';
import type { FeatureCache, PatchFeatures } from './featureCache.ts';
import type { Picture, TemporalPatch } from './frames.ts';
import { gridOf, patchify } from './patchify.ts';
import type { Grid } from './patchify.ts';
import { gridInputs } from './visionInputs.ts';
import type { GridInputs } from './visionInputs.ts';

/** Rows that go through the tower at once: bounds the memory that attention takes. */
const MAX_ROWS = 4096;
/** Frame sizes whose positions are kept. */
const MAX_GRIDS = 8;

/** The vision tower. A temporal patch's features depend on its pixels alone, so they are computed once and kept. */
export class VisionEncoder {
  readonly #session: InferenceSession;
  readonly #config: VisionConfig;
  readonly #processing: Processing;
  readonly #cache: FeatureCache;
  /** features stay on the session's device, each patch's in tensors of their own, so patches run one by one */
  readonly #onDevice: boolean;
  readonly #grids = new Map<string, GridInputs>();
  #computed = 0;

  constructor(session: InferenceSession, config: VisionConfig, processing: Processing, cache: FeatureCache, onDevice: boolean) {
    this.#session = session;
    this.#config = config;
    this.#processing = processing;
    this.#cache = cache;
    this.#onDevice = onDevice;
  }

  /** Temporal patches that have gone through the tower; others were known. */
  get computed(): number {
    return this.#computed;
  }

  /** Features of temporal patches of one frame size, in order; known ones come from the cache. They hold until the next call. */
  encode(patches: readonly TemporalPatch[], grid: Grid): Promise<PatchFeatures[]> {
    this.trim();
    return this.add(patches, grid);
  }

  /** Brings the cache back under its bound: on a device, what was computed before is gone then. */
  trim(): void {
    this.#cache.trim();
  }

  /** The same, but what was computed since the last `trim` holds on. */
  async add(patches: readonly TemporalPatch[], grid: Grid): Promise<PatchFeatures[]> {
    const hashes = patches.map(contentHash);
    const found = new Map(hashes.map((hash) => [hash, this.#cache.get(hash)]));
    const missing = [...found].filter(([, features]) => !features).map(([hash]) => hash);
    const perRun = this.#onDevice ? 1 : Math.max(1, Math.floor(MAX_ROWS / (grid.h * grid.w)));
    this.#computed += missing.length;
    for (let at = 0; at < missing.length; at += perRun) {
      const run = missing.slice(at, at + perRun);
      const fresh = await this.#run(run.map((hash) => patches[hashes.indexOf(hash)] as TemporalPatch), grid);
      for (const [i, hash] of run.entries()) found.set(hash, this.#cache.set(hash, fresh[i] as Tensor[]));
    }
    return hashes.map((hash) => found.get(hash) as PatchFeatures);
  }

  /** For each patch the embedding's features and each tap's, [cells / merge², outHidden]. */
  async #run(patches: readonly TemporalPatch[], grid: Grid): Promise<Tensor[][]> {
    const { channels, temporalPatch, patch, hidden, merge, outHidden, taps } = this.#config;
    const cells = grid.h * grid.w;
    const rowSize = channels * temporalPatch * patch ** 2;
    const pixels = new Float32Array(patches.length * cells * rowSize);
    for (const [i, { frames }] of patches.entries()) patchify(frames, this.#config, this.#processing, pixels, i * cells * rowSize);
    const outputs = await this.#session.run({
      ...this.#gridInputs(grid),
      pixels: new Tensor('float32', pixels, [patches.length * cells, rowSize]),
      batch: new Tensor('int64', BigInt64Array.of(BigInt(patches.length), BigInt(cells), BigInt(hidden)), [3]),
    });
    const all = ['features', ...taps.map((_, j) => `deepstack_${j}`)].map((name) => outputs[name] as Tensor);
    if (patches.length === 1) return [all];
    const rows = cells / merge ** 2;
    const part = ({ data }: Tensor, i: number): Tensor =>
      new Tensor('float32', (data as Float32Array).slice(i * rows * outHidden, (i + 1) * rows * outHidden), [rows, outHidden]);
    return patches.map((_, i) => all.map((tensor) => part(tensor, i)));
  }

  #gridInputs(grid: Grid): GridInputs {
    const name = `${grid.h}x${grid.w}`;
    const known = this.#grids.get(name);
    if (known) return known;
    if (this.#grids.size >= MAX_GRIDS) this.#grids.clear();
    const inputs = gridInputs(this.#config, grid);
    this.#grids.set(name, inputs);
    return inputs;
  }
}

/** The grid of a video; all frames must be of one size. */
export function videoGrid(patches: readonly TemporalPatch[], config: VisionConfig): Grid {
  const first = patches[0]?.frames[0];
  if (!first) throw new RangeError('a video holds at least one frame');
  if (patches.some((p) => p.frames.some((f) => f.width !== first.width || f.height !== first.height))) {
    throw new RangeError('frames of a video differ in size');
  }
  if (patches.some((p) => p.frames.some((f) => f.data.length !== f.width * f.height * 3))) {
    throw new RangeError('a frame has more or fewer bytes than its pixels');
  }
  return gridOf(first, config);
}

/** Of pictures that were hashed before; a window's frames come back with the next window. */
const hashes = new WeakMap<Picture, string>();

function contentHash({ frames }: TemporalPatch): string {
  const hash = createHash('sha256');
  for (const frame of frames) hash.update(pictureHash(frame));
  return hash.digest('hex');
}

function pictureHash(picture: Picture): string {
  const known = hashes.get(picture);
  if (known !== undefined) return known;
  const { width, height, data } = picture;
  const made = createHash('sha256').update(`${width}x${height};`).update(data).digest('base64');
  hashes.set(picture, made);
  return made;
}

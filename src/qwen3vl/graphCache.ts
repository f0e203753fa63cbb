import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { decoderGraph } from './decoderGraph.ts';
import { visionGraph } from './visionGraph.ts';
import { WeightStore } from './weightStore.ts';
import { Weights } from './weights.ts';

/** Goes up whenever the graphs change, so that graphs of an older Lookout are not taken up. */
const FORMAT = 1;
const WEIGHTS = 'weights.bin';
const MANIFEST = 'manifest.json';
/** Weights up to this size are hashed whole; of larger ones a sample of every tensor is, which tells two checkpoints apart in a second. */
const HASH_WHOLE = 256 * 2 ** 20;
const SAMPLE = 4096;
/** No build takes this long, ms. */
const ABANDONED = 6 * 3_600_000;

const manifestSchema = z.object({ source: z.string(), weightsBytes: z.number() });

/** Paths of the graphs' files. */
export interface Graphs {
  readonly vision: string;
  readonly decoder: string;
  /** of the weights as the graphs hold them */
  readonly bytes: number;
}

/** The service's own cache folder under systemd (CacheDirectory=), else the user's. */
export function defaultCacheDir(): string {
  const { CACHE_DIRECTORY: service, XDG_CACHE_HOME: user } = process.env;
  return service ? join(service, 'graphs') : join(user || join(homedir(), '.cache'), 'lookout', 'graphs');
}

/**
 * The checkpoint's graphs, from the cache or built into it (which takes about as long as copying the weights). An entry is named
 * by the content that it was built from, appears in one piece, and replaces older entries of the same directory.
 */
export async function cachedGraphs(checkpoint: Checkpoint, cacheDir: string): Promise<Graphs> {
  const weights = new Weights(checkpoint.dir);
  try {
    const entry = join(cacheDir, contentKey(checkpoint, weights));
    if (!complete(entry)) await build(checkpoint, weights, cacheDir, entry);
    return { vision: join(entry, 'vision.onnx'), decoder: join(entry, 'decoder.onnx'), bytes: statSync(join(entry, WEIGHTS)).size };
  } catch (cause) {
    if (cause instanceof LookoutError) throw cause;
    throw new LookoutError('MODEL_RUNTIME', `The graphs cannot be written to ${cacheDir}: ${String(cause)}.`, { cause });
  } finally {
    weights.close();
  }
}

async function build({ config, dir }: Checkpoint, weights: Weights, cacheDir: string, entry: string): Promise<void> {
  const store = new WeightStore(WEIGHTS, weights);
  const vision = visionGraph(config.vision, store);
  const decoder = decoderGraph(config, store);
  await mkdir(cacheDir, { recursive: true });
  const making = await mkdtemp(join(cacheDir, 'making-'));
  try {
    await writeFile(join(making, 'vision.onnx'), vision);
    await writeFile(join(making, 'decoder.onnx'), decoder);
    const weightsBytes = await store.write(join(making, WEIGHTS));
    await writeFile(join(making, MANIFEST), JSON.stringify({ source: resolve(dir), weightsBytes }));
    if (existsSync(entry) && !complete(entry)) await rm(entry, { recursive: true });
    // another process may have built the same meanwhile: then theirs stays
    await rename(making, entry).catch((error: unknown) => {
      if (!complete(entry)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  await removeOlder(cacheDir, entry, resolve(dir));
}

/** Removes entries of directories that now hold something else or are gone, and what a process left that was killed while building. */
async function removeOlder(cacheDir: string, entry: string, source: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const other = join(cacheDir, name);
    const abandoned = name.startsWith('making-') && (statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - ABANDONED;
    const from = name.startsWith('making-') || other === entry ? undefined : readManifest(other)?.source;
    if (abandoned || (from !== undefined && (from === source || !existsSync(from)))) await rm(other, { recursive: true, force: true });
  }
}

function complete(entry: string): boolean {
  const manifest = readManifest(entry);
  const file = join(entry, WEIGHTS);
  return manifest !== undefined && existsSync(file) && statSync(file).size === manifest.weightsBytes;
}

function readManifest(entry: string): z.infer<typeof manifestSchema> | undefined {
  const file = join(entry, MANIFEST);
  if (!existsSync(file)) return undefined;
  try {
    return manifestSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    // half-written by a process that was killed: as good as none
    return undefined;
  }
}

function contentKey(checkpoint: Checkpoint, weights: Weights): string {
  const hash = createHash('sha256').update(`${FORMAT}\n${checkpoint.configText}\n`);
  const total = weights.files.reduce((sum, f) => sum + [...f.tensors.values()].reduce((a, t) => a + t.length, 0), 0);
  for (const file of weights.files) {
    for (const [name, t] of file.tensors) {
      hash.update(`${name} ${t.dtype} ${t.shape.join('x')}\n`);
      const starts = total <= HASH_WHOLE || t.length <= 3 * SAMPLE ? [0] : [0, Math.floor(t.length / 2), t.length - SAMPLE];
      for (const start of starts) hash.update(file.bytes(t.offset + start, starts.length === 1 ? t.length : SAMPLE));
    }
  }
  return hash.digest('hex').slice(0, 32);
}

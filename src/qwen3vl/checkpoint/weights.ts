import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../../errors.ts';
import { parseJson } from './config.ts';
import { elementsOf, SafetensorsFile } from './safetensors.ts';
import type { TensorInfo } from './safetensors.ts';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** How published checkpoints, and the several versions of transformers, begin the names of each part. */
const PREFIXES = {
  visual: ['model.visual.', 'visual.'],
  language: ['model.language_model.', 'language_model.model.', 'language_model.', 'model.'],
  head: ['', 'language_model.', 'model.'],
} as const;
export type WeightPart = keyof typeof PREFIXES;

/** A tensor that stands in one of the files. */
export interface Weight extends TensorInfo {
  /** with its part's prefix, as in the file */
  readonly name: string;
  readonly file: SafetensorsFile;
}

/** The weights of a checkpoint directory: one .safetensors file, or several under an index, or links to them. */
export class Weights {
  readonly files: readonly SafetensorsFile[];
  /** the files' names in the directory; their paths are where links lead */
  readonly names: readonly string[];
  readonly #where = new Map<string, SafetensorsFile>();

  /** Opens the files. MODEL_WEIGHTS_MISSING where one is absent, MODEL_WEIGHTS_CORRUPT where one is damaged or cut short. */
  constructor(dir: string) {
    const files: SafetensorsFile[] = [];
    this.files = files;
    this.names = shardNames(dir);
    try {
      for (const name of this.names) {
        const file = new SafetensorsFile(realPath(join(dir, name)));
        files.push(file);
        for (const tensor of file.tensors.keys()) this.#where.set(tensor, file);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** of all tensors together */
  get elements(): number {
    return this.all().reduce((sum, { shape }) => sum + elementsOf(shape), 0);
  }

  has(part: WeightPart, name: string): boolean {
    return this.#resolve(part, name) !== undefined;
  }

  /** Finds a tensor and checks its number of elements against what config.json asks for. */
  find(part: WeightPart, name: string, elements: number): Weight {
    const weight = this.get(part, name);
    if (!weight) throw this.#absent(part, name);
    const got = elementsOf(weight.shape);
    if (got === elements) return weight;
    throw new LookoutError('MODEL_CONFIG_INVALID', `Tensor ${weight.name} has ${got} elements where config.json asks for ${elements}.`);
  }

  get(part: WeightPart, name: string): Weight | undefined {
    const full = this.#resolve(part, name) ?? '';
    const file = this.#where.get(full);
    const info = file?.tensors.get(full);
    return file && info && { ...info, name: full, file };
  }

  /** of all files, in their order */
  all(): Weight[] {
    return this.files.flatMap((file) => [...file.tensors].map(([name, info]) => ({ ...info, name, file })));
  }

  close(): void {
    for (const file of this.files) file.close();
  }

  #resolve(part: WeightPart, name: string): string | undefined {
    return PREFIXES[part].map((prefix) => prefix + name).find((full) => this.#where.has(full));
  }

  #absent(part: WeightPart, name: string): LookoutError {
    for (const full of PREFIXES[part].map((prefix) => prefix + name)) {
      const dtype = this.files.map((file) => file.unreadable.get(full)).find((type) => type !== undefined);
      if (dtype) return new LookoutError('MODEL_WEIGHTS_DTYPE', `Tensor ${full} is ${dtype}.`);
    }
    return new LookoutError('MODEL_WEIGHTS_MISSING', `The checkpoint has no tensor ${PREFIXES[part][0]}${name}.`);
  }
}

/** Hubs' caches hold links to files that are named otherwise, elsewhere. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function shardNames(dir: string): readonly string[] {
  if (existsSync(join(dir, SINGLE))) return [SINGLE];
  const index = join(dir, INDEX);
  if (!existsSync(index)) throw new LookoutError('MODEL_WEIGHTS_MISSING', `${dir} has neither ${SINGLE} nor ${INDEX}.`);
  const parsed = indexSchema.safeParse(parseJson(readFileSync(index, 'utf8'), index));
  if (!parsed.success) throw new LookoutError('MODEL_WEIGHTS_CORRUPT', `${index} has no weight_map.`);
  // a name with a folder in it could lead out of the checkpoint
  return [...new Set(Object.values(parsed.data.weight_map).map((name) => basename(name)))].sort();
}

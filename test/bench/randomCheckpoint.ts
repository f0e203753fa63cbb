import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/demo/random.ts';
import { LookoutError } from '../../src/errors.ts';
import { randomTokenizer } from './randomTokenizer.ts';
import { tensorsOf } from './randomTensors.ts';
import type { TensorPlan } from './randomTensors.ts';
import { configOf, firstSpecial, isShape } from './shapes.ts';
import type { ShapeOptions } from './shapes.ts';

export interface RandomCheckpointOptions extends ShapeOptions {
  readonly seed?: number;
  /** bytes of weights in one file, at most, but for a tensor larger than that */
  readonly shardBytes?: number;
}

const SHARD_BYTES = 2 * 2 ** 30;
/** Standard deviation of the weights: Qwen's initializer_range. */
const SCALE = 0.02;
/** Elements of the random block that all tensors are cut from; prime, so that no row of a matrix is another's copy. */
const BLOCK = 2 ** 22 - 3;
const BFLOAT16_ONE = 0x3f80;

/**
 * Writes a Qwen3-VL checkpoint with random weights into `dir` as the published ones are: bfloat16 in shards under an index, and
 * all small files. The same options give the same bytes. Memory stays at a few blocks whatever the size; returns the weights' bytes.
 */
export function writeRandomCheckpoint(dir: string, options: RandomCheckpointOptions): number {
  const seed = options.seed ?? 1;
  const { config, dimensions } = configOf(options);
  mkdirSync(dir, { recursive: true });
  const { tokenizer, config: tokenizerConfig } = randomTokenizer(dimensions.text.vocab, seed);
  const special = firstSpecial(dimensions.text.vocab);
  const processor = { ...PROCESSOR, patch_size: dimensions.vision.patch, temporal_patch_size: dimensions.vision.temporalPatch, merge_size: dimensions.vision.merge };
  const json: Record<string, object> = {
    'config.json': config,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizerConfig,
    'generation_config.json': { do_sample: false, eos_token_id: [special + 2, special], pad_token_id: special },
    'preprocessor_config.json': { ...processor, image_processor_type: 'Qwen2VLImageProcessorFast', size: { longest_edge: 16777216, shortest_edge: 65536 } },
    'video_preprocessor_config.json': { ...processor, video_processor_type: 'Qwen3VLVideoProcessor', size: { longest_edge: 25165824, shortest_edge: 4096 } },
  };
  for (const [name, value] of Object.entries(json)) writeFileSync(join(dir, name), JSON.stringify(value, null, name === 'tokenizer.json' ? 0 : 2));
  return writeShards(dir, tensorsOf(dimensions), seed, options.shardBytes ?? SHARD_BYTES);
}

const PROCESSOR = { processor_class: 'Qwen3VLProcessor', image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], resample: 3, do_convert_rgb: true };

function writeShards(dir: string, tensors: readonly TensorPlan[], seed: number, shardBytes: number): number {
  const shards: TensorPlan[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    const size = elementsOf(tensor) * 2;
    if (filled > 0 && filled + size > shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)?.push(tensor);
    filled += size;
  }
  const block = normals(seed);
  const weightMap: Record<string, string> = {};
  shards.forEach((shard, i) => {
    const file = `model-${String(i + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
    writeShard(join(dir, file), shard, block, seed);
    for (const { name } of shard) weightMap[name] = file;
  });
  const total = tensors.reduce((sum, tensor) => sum + elementsOf(tensor) * 2, 0);
  writeFileSync(join(dir, 'model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: total }, weight_map: weightMap }, null, 2));
  return total;
}

/** One file: eight bytes of header length, the header, padded to eight bytes with spaces, the data (huggingface/safetensors). */
function writeShard(path: string, tensors: readonly TensorPlan[], block: Uint8Array, seed: number): void {
  let end = 0;
  const entries = tensors.map((tensor) => {
    const begin = end;
    end += elementsOf(tensor) * 2;
    return [tensor.name, { dtype: 'BF16', shape: tensor.shape, data_offsets: [begin, end] }];
  });
  const text = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) });
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const fd = openSync(path, 'w');
  try {
    write(fd, length);
    write(fd, header);
    for (const tensor of tensors) writeTensor(fd, tensor, block, seed);
  } finally {
    closeSync(fd);
  }
}

function writeTensor(fd: number, tensor: TensorPlan, block: Uint8Array, seed: number): void {
  const bytes = elementsOf(tensor) * 2;
  if (tensor.kind === 'ones') {
    write(fd, new Uint8Array(new Uint16Array(bytes / 2).fill(BFLOAT16_ONE).buffer));
    return;
  }
  // each tensor begins elsewhere in the block and goes round it
  let from = (hash(`${seed} ${tensor.name}`) % BLOCK) * 2;
  for (let left = bytes; left > 0; ) {
    const piece = block.subarray(from, Math.min(from + left, block.length));
    write(fd, piece);
    left -= piece.length;
    from = 0;
  }
}

function write(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** BLOCK normally distributed values of standard deviation SCALE, as bfloat16 (Box–Muller). */
function normals(seed: number): Uint8Array {
  const random = createRandom(seed);
  const floats = new Float32Array(BLOCK + 1);
  for (let i = 0; i < floats.length; i += 2) {
    const radius = SCALE * Math.sqrt(-2 * Math.log(1 - random.uniform(0, 1)));
    const angle = random.uniform(0, 2 * Math.PI);
    floats[i] = radius * Math.cos(angle);
    floats[i + 1] = radius * Math.sin(angle);
  }
  const bits = new Uint32Array(floats.buffer);
  const halves = Uint16Array.from({ length: BLOCK }, (_, i) => ((bits[i] ?? 0) + 0x8000) >>> 16);
  return new Uint8Array(halves.buffer);
}

function elementsOf({ shape }: TensorPlan): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

const USAGE = 'npx tsx test/bench/randomCheckpoint.ts --out DIR [--shape 2b|4b|8b] [--layers n] [--vision-depth n] [--vocab n] [--untied] [--shard-mb n] [--seed n]';

function main(): void {
  const text = { type: 'string' } as const;
  const options = { out: text, shape: text, layers: text, 'vision-depth': text, vocab: text, seed: text, 'shard-mb': text, untied: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options });
  const shape = values.shape ?? '2b';
  if (values.out === undefined || !isShape(shape)) throw new LookoutError('USAGE', USAGE);
  const count = (name: string, value: string | undefined): Record<string, number> => (value === undefined ? {} : { [name]: Number(value) });
  const began = performance.now();
  const bytes = writeRandomCheckpoint(values.out, {
    shape,
    ...count('layers', values.layers),
    ...count('visionDepth', values['vision-depth']),
    ...count('vocab', values.vocab),
    ...count('seed', values.seed),
    ...count('shardBytes', values['shard-mb'] === undefined ? undefined : String(Number(values['shard-mb']) * 2 ** 20)),
    ...(values.untied === undefined ? {} : { tied: false }),
  });
  console.log(`${values.out}: ${(bytes / 1e9).toFixed(2)} GB in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

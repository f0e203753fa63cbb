import type { Dtype } from '../qwen3vl/checkpoint/safetensors.ts';

/** A tensor that is to be written. */
export interface PlannedTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** A tensor's place in its file, bytes from the file's start. */
export interface Place {
  readonly file: string;
  readonly offset: number;
}

export interface ShardPlan {
  readonly file: string;
  /** length and JSON, padded so that the data begins at a multiple of ALIGNMENT */
  readonly header: Uint8Array;
  readonly bytes: number;
}

export interface Layout {
  readonly shards: readonly ShardPlan[];
  readonly places: ReadonlyMap<string, Place>;
  /** model.safetensors.index.json; undefined for a single file */
  readonly index: string | undefined;
}

/** Published checkpoints' shards are of this order, too. */
const SHARD_BYTES = 2 * 2 ** 30;
const ALIGNMENT = 64;

/**
 * Lays tensors out in .safetensors files of at most `shardBytes` each, but for a tensor larger than that. Those of a group stay in
 * one file. The layout follows from its arguments alone.
 */
export function layOut(groups: readonly (readonly PlannedTensor[])[], shardBytes = SHARD_BYTES): Layout {
  const shards: PlannedTensor[][] = [[]];
  let filled = 0;
  for (const group of groups) {
    const size = sizeOf(group);
    if (filled > 0 && filled + size > shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)?.push(...group);
    filled += size;
  }
  const places = new Map<string, Place>();
  const plans = shards.map((tensors, i) => {
    const file = shards.length === 1 ? 'model.safetensors' : `model-${five(i + 1)}-of-${five(shards.length)}.safetensors`;
    const header = headerOf(tensors);
    let offset = header.length;
    for (const { name, bytes } of tensors) {
      places.set(name, { file, offset });
      offset += bytes;
    }
    return { file, header, bytes: offset };
  });
  return { shards: plans, places, index: shards.length === 1 ? undefined : indexOf(groups.flat(), places) };
}

/** Format: huggingface/safetensors. Data of neighbours touch; the JSON may end in spaces. */
function headerOf(tensors: readonly PlannedTensor[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = end;
    end += bytes;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }));
  const length = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length - 8), true);
  header.set(json, 8);
  return header;
}

function indexOf(tensors: readonly PlannedTensor[], places: ReadonlyMap<string, Place>): string {
  const map = Object.fromEntries(tensors.map(({ name }) => [name, places.get(name)?.file]));
  return `${JSON.stringify({ metadata: { total_size: sizeOf(tensors) }, weight_map: map }, null, 2)}\n`;
}

function sizeOf(tensors: readonly PlannedTensor[]): number {
  return tensors.reduce((sum, { bytes }) => sum + bytes, 0);
}

function five(n: number): string {
  return String(n).padStart(5, '0');
}

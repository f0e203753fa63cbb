import { createHash } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { toFloat32 } from '../qwen3vl/checkpoint/floats.ts';
import { elementsOf } from '../qwen3vl/checkpoint/safetensors.ts';
import { sha256Of } from './checksum.ts';
import type { Done, Journal } from './journal.ts';
import type { Layout, PlannedTensor } from './layout.ts';
import type { ImportJob, ImportPlan } from './plan.ts';
import { quantizeBlocks } from './quantize.ts';

/** Weights in memory at a time. */
const SLICE = 4 << 20;

/**
 * Writes a plan's tensors into `dir`. What the journal says is there is verified and left; the rest is done, and told to the
 * journal piece by piece. `advance` hears of bytes of the source.
 */
export async function convert(plan: ImportPlan, dir: string, journal: Journal, advance: (bytes: number) => void): Promise<void> {
  const shards = openShards(plan.layout, dir);
  try {
    for (const job of plan.jobs) {
      const known = journal.done(jobName(job));
      if (!known || !(await stands(known, job, plan.layout, dir))) journal.add(await perform(job, shards, plan.layout, advance));
      else advance(job.weight.length);
    }
  } finally {
    for (const fd of shards.values()) closeSync(fd);
  }
}

/** The first of the outputs' names: a table may be both kept and quantised. */
export function jobName({ outputs }: ImportJob): string {
  return outputs[0]?.name ?? '';
}

async function stands(known: Done, { outputs }: ImportJob, { places }: Layout, dir: string): Promise<boolean> {
  for (const [i, { name, bytes }] of outputs.entries()) {
    const place = places.get(name);
    if (!place || (await sha256Of(join(dir, place.file), undefined, place.offset, bytes)) !== known.sha256[i]) return false;
  }
  return true;
}

/** Files of their full size, headers written. */
function openShards({ shards }: Layout, dir: string): Map<string, number> {
  const open = new Map<string, number>();
  for (const { file, header, bytes } of shards) {
    const fd = openSync(join(dir, file), constants.O_RDWR | constants.O_CREAT);
    open.set(file, fd);
    ftruncateSync(fd, bytes);
    writeFully(fd, header, 0);
  }
  return open;
}

async function perform(job: ImportJob, shards: ReadonlyMap<string, number>, { places }: Layout, advance: (bytes: number) => void): Promise<Done> {
  const { weight, quantize } = job;
  const outputs = job.outputs.map((output) => new Output(output, places, shards));
  const elements = elementsOf(weight.shape);
  const size = weight.length / Math.max(1, elements);
  let squared = 0;
  let energy = 0;
  // a multiple of the block
  for (let at = 0; at < elements; at += SLICE) {
    const bytes = weight.file.bytes(weight.offset + at * size, Math.min(SLICE, elements - at) * size);
    if (quantize) {
      const made = quantizeBlocks(toFloat32({ dtype: weight.dtype, bytes }), quantize.block, quantize.bits);
      outputs[0]?.append(made.values);
      outputs[1]?.append(new Uint8Array(made.scales.buffer));
      squared += made.squared;
      energy += made.energy;
    } else {
      outputs[0]?.append(bytes);
    }
    advance(bytes.length);
    await breathe();
  }
  return { tensor: jobName(job), sha256: outputs.map((output) => output.digest()), squared, energy };
}

/** A tensor's place in its file, filled from its beginning on. */
class Output {
  readonly #hash = createHash('sha256');
  readonly #fd: number;
  #at: number;

  constructor({ name }: PlannedTensor, places: Layout['places'], shards: ReadonlyMap<string, number>) {
    const place = places.get(name);
    const fd = shards.get(place?.file ?? '');
    if (!place || fd === undefined) throw new RangeError(`${name} has no place`);
    this.#fd = fd;
    this.#at = place.offset;
  }

  append(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    writeFully(this.#fd, bytes, this.#at);
    this.#at += bytes.length;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
}

import { statSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import { requireSpace } from '../hub/disk.ts';
import type { FreeBytes } from '../hub/disk.ts';
import type { Qwen3VLConfig } from '../qwen3vl/checkpoint/config.ts';
import type { ImportFolder } from './folder.ts';
import type { ImportPlan } from './plan.ts';

/** What a computer has to give; replaced in tests. */
export interface Resources {
  readonly freeBytes?: FreeBytes;
  /** bytes of memory that can be had without driving others out */
  readonly freeMemory?: () => number;
}

/** The runtime and the program, bytes. */
const BASE = 500e6;
/** Small files, the manifest, folders. */
const ELSE = 50e6;

/** Checks that the output fits on the disk, less what an earlier run has written of it. MODEL_DISK_SPACE. */
export async function requireDisk(plan: ImportPlan, folder: ImportFolder, { freeBytes }: Resources): Promise<void> {
  const missing = plan.layout.shards.map(({ file, bytes }) => {
    // files have their full size from the beginning, but take room only where they are written
    const blocks = statSync(folder.file(file), { throwIfNoEntry: false })?.blocks ?? 0;
    return Math.max(0, bytes - blocks * 512);
  });
  await requireSpace(folder.out, missing.reduce((sum, bytes) => sum + bytes, ELSE), freeBytes);
}

/** Checks that a layer of the model, in float32 and as imported, fits in memory. MODEL_MEMORY. */
export function requireMemory({ text, vision }: Qwen3VLConfig, { freeMemory = () => process.availableMemory() }: Resources): void {
  const { hidden, intermediate, heads, kvHeads, headDim, vocab } = text;
  const layer = (2 * heads + 2 * kvHeads) * headDim * hidden + 3 * hidden * intermediate;
  const merged = vision.hidden * vision.merge ** 2;
  const mergers = (vision.taps.length + 1) * merged * (merged + vision.outHidden);
  // widened weights beside those read; a head at 8 bits twice, while the runtime lays it out anew
  const need = BASE + Math.max(layer * 6, mergers * 6, vocab * hidden * 2.5);
  const free = freeMemory();
  if (free < need) throw new LookoutError('MODEL_MEMORY', `The import needs ${gigabytes(need)} of memory, of which ${gigabytes(free)} are free.`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

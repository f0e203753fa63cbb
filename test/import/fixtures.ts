import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOut } from '../../src/import/layout.ts';
import { importModel } from '../../src/import/importModel.ts';
import type { ImportOptions } from '../../src/import/importModel.ts';
import { openSource } from '../../src/import/source.ts';
import type { Manifest, Precision } from '../../src/qwen3vl/checkpoint/manifest.ts';
import type { Dtype } from '../../src/qwen3vl/checkpoint/safetensors.ts';

export function scratch(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-import-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export interface TestTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Writes one .safetensors file; `shift` bytes of padding put its data off any alignment. */
export function writeSafetensors(path: string, tensors: Readonly<Record<string, TestTensor>>, shift = 0): void {
  const planned = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => ({ name, dtype, shape, bytes: bytes.length }));
  const header = layOut([planned], Infinity).shards[0]?.header ?? new Uint8Array();
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length - 8 + shift), true);
  const parts = [length, header.subarray(8), new Uint8Array(shift).fill(0x20), ...Object.values(tensors).map(({ bytes }) => bytes)];
  writeFileSync(path, Buffer.concat(parts));
}

/** Imports a checkpoint, silently. */
export async function runImport(dir: string, out: string, precision: Precision, more: Partial<ImportOptions> = {}): Promise<Manifest> {
  const source = openSource(dir);
  try {
    return await importModel({ source, out, precision, stage: () => ({ advance: () => undefined, done: () => undefined }), ...more });
  } finally {
    source.weights.close();
  }
}

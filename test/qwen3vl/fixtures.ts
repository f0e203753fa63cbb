import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import type { ModelOptions, Qwen3VL, VideoInput } from '../../src/qwen3vl/model.ts';
import { readReference } from '../../src/qwen3vl/check/reference.ts';

export const FIXTURES = ['tied-odd', 'untied-wide-q', 'odd-sizes'] as const;

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/qwen3vl/${name}`, import.meta.url));
}

/** A folder that is gone after the test. */
export function scratch(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-qwen3vl-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A copy of a fixture that may be damaged. */
export function copyOf(name: string, into: string): string {
  const dir = join(into, name);
  cpSync(fixture(name), dir, { recursive: true });
  return dir;
}

/** Opens a fixture, hands it to `use`, closes it. */
export async function withModel<T>(name: string, use: (model: Qwen3VL) => Promise<T>, options: Partial<ModelOptions> = {}): Promise<T> {
  const model = await openQwen3VL(fixture(name), { device: 'cpu', ...options });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

/** The video of a fixture's reference. */
export function videoOf(name: string): VideoInput {
  const { frames, frameShape, times } = readReference(join(fixture(name), 'reference.safetensors'));
  const [count, height, width] = frameShape;
  const size = width * height * 3;
  return { frames: Array.from({ length: count }, (_, i) => ({ width, height, data: frames.slice(i * size, (i + 1) * size) })), times };
}

import { Tensor } from 'onnxruntime-node';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkModel } from '../../src/qwen3vl/check/check.ts';
import { tryDevice } from '../../src/qwen3vl/device/devices.ts';
import type { Qwen3VL } from '../../src/qwen3vl/model.ts';
import { FIXTURES, fixture, videoOf, withModel } from './fixtures.ts';

const { works, why } = await tryDevice('webgpu');

/**
 * Needs an adapter. Mesa's software driver is one (lavapipe, 25 or newer; Debian 13: apt-get install mesa-vulkan-drivers; then
 * VK_ICD_FILENAMES=/usr/share/vulkan/icd.d/lvp_icd.json).
 */
describe.runIf(works)(`WebGPU (${works ? why : `left out: ${why}`})`, () => {
  it.each(FIXTURES)('computes %s as the Hugging Face implementation does', async (name) => {
    const { ok, errors } = await checkModel(fixture(name), join(fixture(name), 'reference.safetensors'), { device: 'webgpu' });
    expect(errors).toMatchObject({ input_ids: 0, position_ids: 0, tokens: 0 });
    for (const error of [errors.image_features, errors.deepstack_features, errors.logits]) expect(error).toBeLessThan(1e-4);
    expect(ok).toBe(true);
  });

  it('computes the demo checkpoint as the Hugging Face implementation does', async () => {
    const reference = join(import.meta.dirname, '../fixtures/qwen3vl/demo-reference.safetensors');
    expect(await checkModel(join(import.meta.dirname, '../../models/demo'), reference, { device: 'webgpu' })).toMatchObject({ ok: true });
  });

  it.each(FIXTURES)('answers about rolling windows of %s with the tokens of the processor', async (name) => {
    const expected = await withModel(name, (model) => windows(model, name));
    expect(await withModel(name, (model) => windows(model, name), { device: 'webgpu' })).toEqual(expected);
  });

  it('gives back what it takes: as many tensors die as are made, but for those in use', async () => {
    const alive = countOnDevice();
    const marks = await withModel(
      'tied-odd',
      async (model) => {
        const all: number[] = [];
        for (const prompt of ['List.', 'List again.', 'And again.', 'Once more.']) {
          await model.generate({ video: videoOf('tied-odd'), prompt, maxTokens: 6 });
          all.push(alive());
        }
        return all;
      },
      { device: 'webgpu' },
    );
    expect(marks[0]).toBeGreaterThan(0);
    expect(new Set(marks).size).toBe(1);
  });
});

async function windows(model: Qwen3VL, name: string): Promise<(readonly [tokens: number[], reused: number])[]> {
  const video = videoOf(name);
  const start = { frames: video.frames.slice(0, 2), times: video.times.slice(0, 2) };
  const all: (readonly [number[], number])[] = [];
  for (const [window, prompt] of [[start, 'List.'], [video, 'List.'], [video, 'List all that moves.'], [start, 'Who?']] as const) {
    await model.prefill(window, 'camera');
    const { tokens, reusedTokens } = await model.generate({ video: window, prompt, maxTokens: 10, stream: 'camera' });
    all.push([tokens, reusedTokens]);
  }
  return all;
}

/** Counts tensors on the device that were handed to JavaScript and not disposed of. */
function countOnDevice(): () => number {
  const made = vi.spyOn(Tensor, 'fromGpuBuffer');
  const freed = vi.spyOn(Tensor.prototype, 'dispose');
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return () => made.mock.calls.length - freed.mock.calls.length;
}

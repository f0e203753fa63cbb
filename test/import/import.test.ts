import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkModel } from '../../src/qwen3vl/check/check.ts';
import { PRECISIONS, readManifest } from '../../src/qwen3vl/checkpoint/manifest.ts';
import { openSource } from '../../src/import/source.ts';
import { sha256Of } from '../../src/import/checksum.ts';
import { copyOf, fixture } from '../qwen3vl/fixtures.ts';
import { runImport, scratch } from './fixtures.ts';

let folder: ReturnType<typeof scratch>;
let out: string;
beforeEach(() => {
  folder = scratch();
  out = join(folder.dir, 'out');
});
afterEach(() => folder.remove());

describe('an import', () => {
  it.each(PRECISIONS)('at %s opens like any other model and passes its check', async (precision) => {
    const dir = fixture('tied-odd');
    const manifest = await runImport(dir, out, precision);
    expect(readManifest(out)).toEqual(manifest);
    const { ok, errors } = await checkModel(out, join(dir, 'reference.safetensors'), { device: 'cpu' });
    expect(ok, JSON.stringify({ errors, manifest })).toBe(true);
    expect(errors.logits).toBeLessThan(precision === 'fp32' || precision === 'fp16' ? 1e-5 : (manifest.error?.logits.bound ?? 0));
    expect(readdirSync(folder.dir)).toEqual(['out']);
    for (const { file, bytes, sha256 } of manifest.files) {
      expect(statSync(join(out, file)).size).toBe(bytes);
      expect(await sha256Of(join(out, file))).toBe(sha256);
    }
  });

  it('at fp32 holds the published bytes by a second name', async () => {
    const dir = fixture('untied-wide-q');
    const { source } = await runImport(dir, out, 'fp32');
    for (const { file } of source.shards) expect(statSync(join(out, file)).ino).toBe(statSync(join(dir, file)).ino);
    expect(source.shards).toHaveLength(2);
    expect((await checkModel(out, join(dir, 'reference.safetensors'), { device: 'cpu' })).ok).toBe(true);
  });

  it('leaves a matrix as it is whose rows end within a block', async () => {
    const { error } = await runImport(fixture('untied-wide-q'), out, 'int8');
    // hidden is 24; the rows of o_proj are 96 long, those of down_proj 32
    expect(Object.keys(error?.weights ?? {}).sort()).toEqual(['down_proj', 'o_proj']);
    expect((await checkModel(out, join(fixture('untied-wide-q'), 'reference.safetensors'), { device: 'cpu' })).ok).toBe(true);
  });

  it("reads a hub's cache, whose files are links, and is named by the model", async () => {
    const real = copyOf('untied-wide-q', folder.dir);
    const snapshot = join(folder.dir, 'models--Qwen--Qwen3-VL-Tiny', 'snapshots', '0a1b2c');
    const blobs = join(folder.dir, 'models--Qwen--Qwen3-VL-Tiny', 'blobs');
    for (const dir of [snapshot, blobs]) mkdirSync(dir, { recursive: true });
    for (const [i, name] of readdirSync(real).entries()) {
      writeFileSync(join(blobs, `blob${i}`), readFileSync(join(real, name)));
      symlinkSync(`../../blobs/blob${i}`, join(snapshot, name));
    }
    const reference = join(fixture('untied-wide-q'), 'reference.safetensors');
    expect((await checkModel(snapshot, reference, { device: 'cpu' })).ok).toBe(true);
    const { source } = await runImport(snapshot, out, 'fp32');
    expect(source.name).toBe('Qwen3-VL-Tiny');
    rmSync(join(folder.dir, 'models--Qwen--Qwen3-VL-Tiny'), { recursive: true });
    expect((await checkModel(out, reference, { device: 'cpu' })).ok).toBe(true);
  });
});

describe('before any work', () => {
  const refused = async (dir: string, code: string, more: Parameters<typeof runImport>[3] = {}): Promise<void> => {
    await expect(runImport(dir, out, 'int4', more)).rejects.toMatchObject({ code });
    expect(existsSync(`${out}.importing`)).toBe(false);
  };
  const edited = (change: (config: Record<string, unknown>) => void): string => {
    const dir = copyOf('tied-odd', folder.dir);
    const config = JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')) as Record<string, unknown>;
    change(config);
    writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
    return dir;
  };

  it('a folder that is taken is left alone', async () => {
    mkdirSync(out);
    await refused(fixture('tied-odd'), 'MODEL_FOLDER');
  });

  it('too little disk or memory is told', async () => {
    await refused(fixture('tied-odd'), 'MODEL_DISK_SPACE', { freeBytes: () => Promise.resolve(1000) });
    await refused(fixture('tied-odd'), 'MODEL_MEMORY', { freeMemory: () => 1e6 });
  });

  it('a missing shard is named', async () => {
    const dir = copyOf('untied-wide-q', folder.dir);
    rmSync(join(dir, 'model-00002-of-00002.safetensors'));
    await refused(dir, 'MODEL_WEIGHTS_MISSING');
  });

  it('weights of a type that is not read are named', async () => {
    const dir = copyOf('tied-odd', folder.dir);
    const file = join(dir, 'model.safetensors');
    const bytes = readFileSync(file);
    // the first tensor that the header calls BF16, as fp8 checkpoints have it
    const at = bytes.indexOf('"BF16"', bytes.indexOf('layers.0.mlp.up_proj.weight'));
    bytes.write('"F8E4"', at);
    writeFileSync(file, bytes);
    await refused(dir, 'MODEL_WEIGHTS_DTYPE');
    expect(() => openSource(dir)).toThrow('up_proj.weight is F8E4');
  });

  it('other models are told, and those that are quantised already', async () => {
    await refused(edited((c) => (c['architectures'] = ['LlamaForCausalLM'])), 'MODEL_CONFIG_INVALID');
    await refused(edited((c) => (c['quantization_config'] = { quant_method: 'fp8' })), 'MODEL_WEIGHTS_DTYPE');
    const small = join(folder.dir, 'small');
    await runImport(fixture('tied-odd'), small, 'int8');
    await refused(small, 'MODEL_WEIGHTS_DTYPE');
  });
});

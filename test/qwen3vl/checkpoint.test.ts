import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/qwen3vl/checkpoint/config.ts';
import { toFloat32 } from '../../src/qwen3vl/checkpoint/floats.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { copyOf, fixture, scratch } from './fixtures.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

function open(dir: string): Promise<unknown> {
  return openQwen3VL(dir, { device: 'cpu' });
}

describe('a damaged checkpoint', () => {
  it('is no checkpoint without config.json', async () => {
    await expect(open(folder.dir)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('names what is missing', async () => {
    const dir = copyOf('tied-odd', folder.dir);
    rmSync(join(dir, 'tokenizer.json'));
    await expect(open(dir)).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_MISSING' });
    const other = copyOf('untied-wide-q', folder.dir);
    rmSync(join(other, 'model-00002-of-00002.safetensors'));
    await expect(open(other)).rejects.toThrow(/^MODEL_WEIGHTS_MISSING: .*model-00002-of-00002\.safetensors/);
  });

  it.each([0, 5, 2000, -1])('is refused when its weights are cut to %d bytes', async (size) => {
    const file = join(copyOf('tied-odd', folder.dir), 'model.safetensors');
    truncateSync(file, size < 0 ? statSync(file).size + size : size);
    await expect(open(join(folder.dir, 'tied-odd'))).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_CORRUPT' });
  });

  it('is refused when its header is no JSON', async () => {
    const file = join(copyOf('tied-odd', folder.dir), 'model.safetensors');
    const bytes = readFileSync(file);
    bytes.write('not json', 8);
    writeFileSync(file, bytes);
    await expect(open(join(folder.dir, 'tied-odd'))).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_CORRUPT' });
  });

  it('says which tensor does not fit config.json', async () => {
    const dir = copyOf('tied-odd', folder.dir);
    edit(dir, (config) => (config.text_config['intermediate_size'] = 49));
    await expect(open(dir)).rejects.toThrow(/^MODEL_CONFIG_INVALID: Tensor .*gate_proj\.weight has 1536 elements/);
  });

  it('lacks a head where config.json says that embeddings are not tied', async () => {
    const dir = copyOf('tied-odd', folder.dir);
    edit(dir, (config) => {
      config['tie_word_embeddings'] = false;
      config.text_config['tie_word_embeddings'] = false;
    });
    await expect(open(dir)).rejects.toThrow('has no tensor lm_head.weight');
  });
});

interface ConfigJson extends Record<string, unknown> {
  text_config: Record<string, unknown>;
  vision_config: Record<string, unknown>;
}

function edit(dir: string, change: (config: ConfigJson) => unknown): void {
  const file = join(dir, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as ConfigJson;
  change(config);
  writeFileSync(file, JSON.stringify(config));
}

describe('config.json', () => {
  const text = readFileSync(join(fixture('tied-odd'), 'config.json'), 'utf8');
  const changed = (change: (config: ConfigJson) => unknown) => {
    const config = JSON.parse(text) as ConfigJson;
    change(config);
    return parseConfig(JSON.stringify(config), 'config.json');
  };

  it('reads the published spelling like the new one', () => {
    const published = changed(({ text_config: t }) => {
      const { rope_theta, ...scaling } = t['rope_parameters'] as Record<string, unknown>;
      delete t['rope_parameters'];
      Object.assign(t, { rope_theta, rope_scaling: scaling });
    });
    expect(published).toEqual(parseConfig(text, 'config.json'));
  });

  it('taps blocks in the order in which they run', () => {
    expect(changed((c) => (c.vision_config['deepstack_visual_indexes'] = [3, 0])).vision.taps).toEqual([
      { block: 0, merger: 1 },
      { block: 3, merger: 0 },
    ]);
  });

  it('turns each frequency with its axis', () => {
    const { rope } = changed((c) => Object.assign(c.text_config, { head_dim: 20, rope_parameters: { rope_type: 'default', rope_theta: 100, mrope_section: [6, 2, 2] } })).text;
    expect([...rope.axes]).toEqual([0, 1, 2, 0, 1, 2, 0, 0, 0, 0]);
    expect(rope.inverse[5]).toBeCloseTo(0.1, 7);
  });

  it.each<[string, (c: ConfigJson) => unknown]>([
    ['model_type', (c) => (c['model_type'] = 'llama')],
    ['text_config.hidden_size', (c) => (c.text_config['hidden_size'] = '32')],
    ['text_config.hidden_act', (c) => (c.text_config['hidden_act'] = 'maxout')],
    ['text_config.num_key_value_heads', (c) => Object.assign(c.text_config, { num_attention_heads: 3, num_key_value_heads: 2 })],
    ['text_config.rope_parameters.rope_type longrope', (c) => Object.assign(c.text_config, { rope_parameters: { rope_type: 'longrope', factor: 2 } })],
    ['vision_config.out_hidden_size', (c) => (c.vision_config['out_hidden_size'] = 31)],
  ])('names the key that is wrong: %s', (key, change) => {
    expect(() => changed(change)).toThrow(key);
  });
});

describe('number formats', () => {
  it('widens bfloat16 and float16 exactly', () => {
    const halves = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);
    expect([...toFloat32({ dtype: 'BF16', bytes: halves(0x3fc0, 0xc000, 0x0000, 0xff80) })]).toEqual([1.5, -2, 0, -Infinity]);
    expect([...toFloat32({ dtype: 'F16', bytes: halves(0x3e00, 0xc000, 0x0001, 0x7bff, 0x7c00) })]).toEqual([1.5, -2, 2 ** -24, 65504, Infinity]);
  });
});

import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convert } from '../../src/import/convert.ts';
import { Journal } from '../../src/import/journal.ts';
import { planImport } from '../../src/import/plan.ts';
import { openSource } from '../../src/import/source.ts';
import { SafetensorsFile } from '../../src/qwen3vl/checkpoint/safetensors.ts';
import { writeRandomCheckpoint } from '../bench/randomCheckpoint.ts';
import { runImport, scratch } from './fixtures.ts';

const COMMAND = fileURLToPath(new URL('../../bin/lookout.mjs', import.meta.url));

let folder: ReturnType<typeof scratch>;
let dir: string;
beforeEach(() => {
  folder = scratch();
  dir = join(folder.dir, 'published');
  const text = { hidden_size: 256, intermediate_size: 768, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 64 };
  const vision = { hidden_size: 64, intermediate_size: 128, num_heads: 4, num_position_embeddings: 64 };
  writeRandomCheckpoint(dir, { shape: '2b', layers: 12, visionDepth: 3, vocab: 1200, text, vision });
});
afterEach(() => folder.remove());

describe('an import that is killed', () => {
  it('leaves no model, and is taken up again to the very bytes of one that was not', async () => {
    const out = join(folder.dir, 'killed');
    const journal = join(`${out}.importing`, 'journal.jsonl');
    const done = (): number => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').filter((line) => line.startsWith('{"tensor"')).length : 0);
    const child = spawn(process.execPath, [COMMAND, 'model', 'import', dir, '--precision', 'int4', '--out', out], { stdio: 'ignore' });
    const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    while (done() < 20 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    expect(await exited).toBe('SIGKILL');
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(`${out}.importing`)).toContain('lock');

    // the disk lost what was written last, and the line that told of it was cut short
    writeFileSync(journal, readFileSync(journal, 'utf8').slice(0, -20));
    damage(join(`${out}.importing`, 'model.safetensors'), 'model.language_model.layers.0.mlp.down_proj.weight.scale');

    const whole = join(folder.dir, 'whole');
    const expected = await runImport(dir, whole, 'int4');
    expect(await runImport(dir, out, 'int4')).toEqual(expected);
    expect(readdirSync(out).sort()).toEqual(readdirSync(whole).sort());
    for (const name of readdirSync(out)) expect(readFileSync(join(out, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
    expect(readdirSync(folder.dir).sort()).toEqual(['killed', 'published', 'whole']);
  }, 60_000);

  it('is not done over where nothing changed, and is where the wish did', async () => {
    const { checkpoint, weights } = openSource(dir);
    const path = join(folder.dir, 'journal');
    const plan = planImport(checkpoint.config, weights, 8);
    await convert(plan, folder.dir, new Journal(path, 'a'.repeat(64)), () => undefined);
    const first = readFileSync(path, 'utf8');
    let bytes = 0;
    await convert(plan, folder.dir, new Journal(path, 'a'.repeat(64)), (n) => (bytes += n));
    expect(readFileSync(path, 'utf8')).toBe(first);
    expect(bytes).toBe(plan.jobs.reduce((sum, job) => sum + job.weight.length, 0));
    const other = new Journal(path, 'b'.repeat(64));
    expect(plan.jobs.some((job) => other.done(job.outputs[0]?.name ?? ''))).toBe(false);
    weights.close();
  });

  it('is not joined by another process, but taken over from one that is gone', async () => {
    const out = join(folder.dir, 'out');
    const lock = join(`${out}.importing`, 'lock');
    mkdirSync(`${out}.importing`);
    writeFileSync(lock, String(process.ppid));
    await expect(runImport(dir, out, 'int8')).rejects.toMatchObject({ code: 'MODEL_FOLDER' });
    expect(readFileSync(lock, 'utf8')).toBe(String(process.ppid));
    const gone = spawn('true');
    await new Promise((resolve) => gone.once('exit', resolve));
    writeFileSync(lock, String(gone.pid));
    await runImport(dir, out, 'int8');
    expect(existsSync(lock)).toBe(false);
  });
});

function damage(path: string, tensor: string): void {
  const file = new SafetensorsFile(path);
  const at = file.tensors.get(tensor)?.offset ?? 0;
  file.close();
  expect(at).toBeGreaterThan(0);
  const fd = openSync(path, 'r+');
  writeSync(fd, new Uint8Array(64).fill(0x55), 0, 64, at);
  closeSync(fd);
}

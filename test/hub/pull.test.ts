import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { Weights } from '../../src/qwen3vl/checkpoint/weights.ts';
import { PULLED, published, pulling, target } from './checkpoint.ts';
import { hubServer } from './hubServer.ts';

test('a checkpoint is pulled whole, and opens', async () => {
  const server = await hubServer();
  const files = published();
  const commit = server.publish(files);
  const out = target();
  const { outcome, ...rest } = pulling(server, out);
  await expect(outcome).resolves.toMatchObject({ commit, files: PULLED.length });
  expect(readdirSync(out).sort()).toEqual(PULLED);
  for (const name of PULLED) expect(readFileSync(join(out, name)).equals(files[name] ?? Buffer.of())).toBe(true);
  expect(rest.lost).toEqual([]);
  expect(readCheckpoint(out).config.text.layers).toBe(4);
  const weights = new Weights(out);
  expect(weights.has('language', 'embed_tokens.weight')).toBe(true);
  weights.close();
  // asked for by the commit, though the branch was named
  expect(server.seen.filter(({ path }) => path.includes('/resolve/')).every(({ path }) => path.includes(commit))).toBe(true);
  expect(server.seen.some(({ file }) => file === 'pytorch_model.bin')).toBe(false);
});

test('shards come after their index, and config.json gets its name last', async () => {
  const server = await hubServer();
  server.publish(published('untied-wide-q'));
  const out = target();
  server.faults['model-00002-of-00002.safetensors'] = { cutAt: 1000, cuts: 99 };
  await expect(pulling(server, out).outcome).rejects.toMatchObject({ code: 'MODEL_PULL' });
  expect(() => readCheckpoint(out)).toThrow(/MODEL_NOT_FOUND/);
  delete server.faults['model-00002-of-00002.safetensors'];
  await pulling(server, out).outcome;
  const order = [...new Set(server.seen.map(({ file }) => file).filter(Boolean))];
  expect(order.slice(0, 2)).toEqual(['config.json', 'model.safetensors.index.json']);
  expect(order.slice(-2)).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']);
  new Weights(out).close();
});

test('the token goes to the endpoint and to no other host', async () => {
  const server = await hubServer();
  server.publish(published());
  await pulling(server, target(), { token: new Secret('hf_shh') }).outcome;
  const shown = (host: string): Set<string | undefined> => new Set(server.seen.filter((seen) => seen.host === host).map((seen) => seen.authorization));
  expect(shown('hub')).toEqual(new Set(['Bearer hf_shh']));
  expect(shown('cdn')).toEqual(new Set([undefined]));
});

test('pulled again, nothing is fetched but the listing; what was damaged since is mended', async () => {
  const server = await hubServer();
  const files = published();
  server.publish(files);
  const out = target();
  await pulling(server, out).outcome;
  server.seen.length = 0;
  const again = pulling(server, out);
  await again.outcome;
  expect(server.seen.filter(({ file }) => file)).toEqual([]);
  expect(again.begun?.[0]).toBe(again.begun?.[1]);

  writeFileSync(join(out, 'tokenizer.json'), Buffer.alloc(files['tokenizer.json']?.length ?? 0));
  await pulling(server, out).outcome;
  expect(new Set(server.seen.map(({ file }) => file).filter(Boolean))).toEqual(new Set(['tokenizer.json']));
  expect(readdirSync(out).sort()).toEqual(PULLED);
});

test('a new commit replaces the files that it changes; until it is there, the old model stands', async () => {
  const server = await hubServer();
  const files = published();
  server.publish(files);
  const out = target();
  await pulling(server, out).outcome;
  const weights = Buffer.from(files['model.safetensors'] ?? '');
  weights.writeUInt8(7, weights.length - 1);
  const commit = server.publish({ ...files, 'model.safetensors': weights });
  server.faults['model.safetensors'] = { cutAt: 100_000, cuts: 99 };
  await expect(pulling(server, out).outcome).rejects.toMatchObject({ code: 'MODEL_PULL' });
  expect(readFileSync(join(out, 'model.safetensors')).equals(files['model.safetensors'] ?? Buffer.of())).toBe(true);
  delete server.faults['model.safetensors'];
  await expect(pulling(server, out).outcome).resolves.toMatchObject({ commit });
  expect(readFileSync(join(out, 'model.safetensors')).equals(weights)).toBe(true);
  expect(readdirSync(out).sort()).toEqual(PULLED);
});

test('names in the listing cannot leave the folder', async () => {
  const server = await hubServer();
  server.publish(published());
  const sha = 'a'.repeat(64);
  for (const path of ['../evil.safetensors', '/tmp/evil.safetensors', '..\\evil.safetensors', 'sub/model.safetensors', '..', '.pull.json', 'config.json/../../evil.safetensors']) {
    server.list({ type: 'file', oid: '0'.repeat(40), size: 4, path, lfs: { oid: sha, size: 4, pointerSize: 134 } });
  }
  server.list({ type: 'directory', oid: '0'.repeat(40), size: 0, path: 'dir.safetensors' });
  const out = target();
  await pulling(server, out).outcome;
  expect(readdirSync(out).sort()).toEqual(PULLED);
  expect(readdirSync(join(out, '..'))).toEqual(['test']);
  expect(existsSync('/tmp/evil.safetensors')).toBe(false);
});

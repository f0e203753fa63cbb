import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { digester } from '../../src/hub/digest.ts';
import { readToken, repository, repositoryName } from '../../src/hub/repository.ts';
import { Secret } from '../../src/secret.ts';
import { calledHere } from '../cli/lookout.ts';
import { PULLED, published, pulling, target } from './checkpoint.ts';
import type { Pull } from './checkpoint.ts';
import { REPO, deadAddress, hubServer } from './hubServer.ts';
import type { HubServer } from './hubServer.ts';

async function failure({ outcome }: Pull): Promise<string> {
  return outcome.then(
    () => 'it went well',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** No file but config.json was asked for. */
function askedForLittle(server: HubServer): boolean {
  return server.seen.every(({ file }) => file === undefined || file === 'config.json');
}

test('damaged bytes: neither the file nor a model is left behind, and the next pull is right', async () => {
  const server = await hubServer();
  server.publish(published());
  for (const name of ['model.safetensors', 'generation_config.json']) {
    const out = target();
    server.faults[name] = { corruptAt: 100 };
    expect(await failure(pulling(server, out))).toMatch(new RegExp(`^MODEL_WEIGHTS_CORRUPT: ${name.replace('.', '\\.')} of ${REPO} arrived with another checksum`));
    expect(existsSync(join(out, name))).toBe(false);
    expect(existsSync(join(out, 'config.json'))).toBe(false);
    delete server.faults[name];
    await pulling(server, out).outcome;
    expect(readdirSync(out).sort()).toEqual(PULLED);
  }
});

test('what the hub refuses', async () => {
  const server = await hubServer();
  server.publish(published());
  const out = target();
  const at = (id: string, revision = 'main') => ({ repository: { endpoint: server.endpoint, id, revision } });
  expect(await failure(pulling(server, out, at('Qwen/other')))).toMatch(/^MODEL_REPO_NOT_FOUND: .* has no model Qwen\/other/);
  expect(await failure(pulling(server, out, at(REPO, 'v9')))).toMatch(/^MODEL_REPO_NOT_FOUND: Qwen\/Qwen3-VL-test has no revision v9\./);
  for (const [part, status, code] of [['/revision/', 401, 'RepoNotFound'], ['/resolve/', 403, 'GatedRepo'], ['/resolve/', 401, 'GatedRepo']] as const) {
    const undo = server.refuse(part, status, { 'x-error-code': code });
    const expected = code === 'RepoNotFound' ? 'MODEL_REPO_NOT_FOUND' : 'MODEL_REPO_REFUSED';
    const told = await failure(pulling(server, out, { token: new Secret('hf_shh') }));
    expect(told).toMatch(new RegExp(`^${expected}: `));
    expect(told).not.toContain('hf_shh');
    if (code === 'GatedRepo') expect(await failure(pulling(server, out))).toContain('HF_TOKEN is not set');
    undo();
  }
  expect(existsSync(join(out, 'config.json'))).toBe(false);
});

test('trouble of the server is waited out, but not for ever', async () => {
  const server = await hubServer();
  server.publish(published());
  for (const [status, part] of [[503, '/revision/'], [429, '/tree/'], [500, '/resolve/']] as const) {
    const undo = server.refuse(part, status, { 'retry-after': '0' });
    const pull = pulling(server, target());
    expect(await failure(pull)).toMatch(new RegExp(`^MODEL_PULL: .* did not answer to the end in 3 tries \\(status ${status}\\)\\. Run the same command again`));
    expect(pull.lost).toHaveLength(2);
    undo();
  }
  const endpoint = await deadAddress();
  expect(await failure(pulling({ endpoint }, target(), { repository: { endpoint, id: REPO, revision: 'main' } }))).toMatch(/MODEL_PULL: .*ECONNREFUSED/);
});

test('what Lookout cannot run is refused before its weights are fetched, and leaves nothing', async () => {
  const server = await hubServer();
  const files = published();
  const config = JSON.parse(String(files['config.json'])) as Record<string, unknown>;
  const withConfig = (change: object) => ({ ...files, 'config.json': Buffer.from(JSON.stringify({ ...config, ...change })) });
  const { 'tokenizer.json': _tokenizer, ...withoutTokenizer } = files;
  const { 'model.safetensors': _weights, ...withoutWeights } = files;
  const cases: [Record<string, Buffer>, RegExp][] = [
    [withConfig({ architectures: ['Qwen3VLMoeForConditionalGeneration'] }), /^MODEL_CONFIG_INVALID: .* is a Qwen3VLMoeForConditionalGeneration, not a Qwen3VLForConditionalGeneration/],
    [withConfig({ architectures: undefined }), /^MODEL_CONFIG_INVALID: .* does not say what it is/],
    [withConfig({ quantization_config: { quant_method: 'fp8' } }), /^MODEL_CONFIG_INVALID: .* quantised weights \(fp8\)/],
    [withConfig({ text_config: { num_hidden_layers: 'many' } }), /^MODEL_CONFIG_INVALID: .*num_hidden_layers/],
    [{ ...files, 'config.json': Buffer.from('<html>') }, /^MODEL_CONFIG_INVALID: .* is not JSON/],
    [withoutTokenizer, /^MODEL_REPO_INCOMPLETE: .* has no tokenizer\.json/],
    [withoutWeights, /^MODEL_REPO_INCOMPLETE: .* has neither model\.safetensors nor/],
  ];
  for (const [repo, told] of cases) {
    server.publish(repo);
    server.seen.length = 0;
    const out = target();
    expect(await failure(pulling(server, out))).toMatch(told);
    expect(askedForLittle(server)).toBe(true);
    expect(existsSync(out)).toBe(false);
  }
});

test('an index that names a shard that is not listed is refused before any shard is fetched', async () => {
  const server = await hubServer();
  const { 'model-00002-of-00002.safetensors': _shard, ...files } = published('untied-wide-q');
  server.publish(files);
  expect(await failure(pulling(server, target()))).toMatch(/^MODEL_REPO_INCOMPLETE: .* lacks "model-00002-of-00002\.safetensors"/);
  expect(server.seen.some(({ file }) => file?.endsWith('.safetensors'))).toBe(false);
});

test('too little disk is told before a byte is fetched, and counts what is there already', async () => {
  const server = await hubServer();
  server.publish(published());
  const out = target();
  const asked: string[] = [];
  const told = await failure(pulling(server, out, { freeBytes: async (folder) => (asked.push(folder), 1000) }));
  expect(told).toMatch(/^MODEL_DISK_SPACE: .* needs 0\.0002 GB more, and its disk has 0\.0000 GB free/);
  expect(asked).toEqual([dirname(dirname(out))]);
  expect(server.seen.some(({ file }) => file)).toBe(false);
  expect(existsSync(out)).toBe(false);
  await pulling(server, out).outcome;
  await pulling(server, out, { freeBytes: async () => 0 }).outcome;
});

test('a folder of another model, or one that cannot be written, is left as it is', async () => {
  const server = await hubServer();
  server.publish(published('untied-wide-q'));
  const out = target();
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'model.safetensors'), 'mine');
  expect(await failure(pulling(server, out))).toMatch(/^MODEL_FOLDER: .* holds a file of another model, model\.safetensors\./);
  expect(readdirSync(out)).toEqual(['model.safetensors']);
  const inFile = join(out, 'model.safetensors');
  expect(await failure(pulling(server, inFile))).toMatch(/^MODEL_FOLDER: /);
  expect(await failure(pulling(server, join(inFile, 'below')))).toMatch(/^MODEL_FOLDER: /);
});

test('what is no hub is called that', async () => {
  const server = await hubServer();
  const redirected = server.refuse('/revision/', 302, { location: '/elsewhere' });
  expect(await failure(pulling(server, target()))).toMatch(/^MODEL_REPO_NOT_FOUND: /);
  redirected();
  server.refuse('/revision/', 200, { 'content-type': 'text/html' });
  expect(await failure(pulling(server, target()))).toMatch(/^MODEL_REPO_NOT_FOUND: .* does not answer as a hub does/);
});

test('redirects without end', async () => {
  const server = await hubServer();
  server.publish(published());
  server.refuse('/revision/', 307, { location: `/api/models/${REPO}/revision/main` });
  expect(await failure(pulling(server, target()))).toMatch(/^MODEL_REPO_NOT_FOUND: .* redirects without end/);
});

test('names, addresses and tokens are checked before anything is asked', async () => {
  const good = { endpoint: 'https://huggingface.co/', id: 'Qwen/Qwen3-VL-2B-Instruct', revision: 'refs/pr/1' };
  expect(repository(good)).toEqual({ ...good, endpoint: 'https://huggingface.co' });
  expect(repositoryName(good)).toBe('Qwen3-VL-2B-Instruct');
  for (const id of ['', '..', '../x', 'a/../b', 'a/b/c', 'a b', 'a/b?x', '/a', '.a/b']) expect(() => repository({ ...good, id })).toThrow(/^USAGE/);
  for (const revision of ['', '../x', 'a//b', 'a b', '-x', 'a?b']) expect(() => repository({ ...good, revision })).toThrow(/^USAGE/);
  for (const endpoint of ['', 'huggingface.co', 'ftp://x', 'file:///x', 'https://me:shh@x/', 'https://x/?t=shh']) {
    expect(() => repository({ ...good, endpoint })).toThrow(/^USAGE(?!.*shh)/);
  }
  expect(readToken(undefined)).toBeUndefined();
  expect(readToken(' hf_x\n')?.reveal()).toBe('hf_x');
  expect(() => readToken('hf_shh\nx')).toThrow(/^USAGE(?!.*shh)/);
  const { code, stderr } = await calledHere(dirname(dirname(dirname(target()))), ['model', 'pull', '../x']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^USAGE: "\.\.\/x" is no repository/) as string });
});

test('a small file’s digest is that of git', () => {
  const file = { name: 'a', bytes: 6, digest: { kind: 'git', hex: '' } } as const;
  expect(digester(file).update('hello\n').digest('hex')).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
});

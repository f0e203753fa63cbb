import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../alerts/mosquitto.ts';
import { environmentIn } from './environment.ts';
import { DEPLOY } from './manifests.ts';

/** The image cannot be built here; what it would hold is put together in a folder, and run as it would be. */
const ROOT = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8').replace(/\\\n/g, ' ');
const ignored = readFileSync(join(DEPLOY, 'Dockerfile.dockerignore'), 'utf8').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, { dev?: boolean }> };
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string>; scripts: Record<string, string> };

interface Copy {
  readonly stage: string;
  readonly from: string | undefined;
  readonly sources: readonly string[];
}

/** All COPY lines, in their stages. */
function copies(): Copy[] {
  let stage = '';
  return dockerfile.split('\n').flatMap((text) => {
    stage = /^FROM \S+ AS (\w+)/.exec(text)?.[1] ?? stage;
    const [, from, paths] = /^COPY (?:--from=(\w+) )?(.+)$/.exec(text) ?? [];
    return paths === undefined ? [] : [{ stage, from, sources: paths.trim().split(/\s+/).slice(0, -1) }];
  });
}

/** What a stage's JSON line says: `ENTRYPOINT`, `CMD` … of the stage `lookout`. */
function instruction(name: string): string[] {
  const stage = /^FROM \S+ AS lookout$([^]*?)^FROM /m.exec(dockerfile)?.[1] ?? '';
  return JSON.parse(new RegExp(`^${name}[^[]*(\\[.*\\])$`, 'm').exec(stage)?.[1] ?? '[]') as string[];
}

test('what the Dockerfile copies is there, and not kept from it', () => {
  const context = copies().filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);
  expect(context.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect([...context].sort()).toEqual([...ignored].sort());
  const built = [...copies().filter(({ stage, from }) => stage === 'build' && !from).flatMap(({ sources }) => sources), 'node_modules', '.cache'].map((path) => `/opt/lookout/${path}`);
  expect(copies().filter(({ from }) => from === 'build').flatMap(({ sources }) => sources).filter((path) => !built.includes(path))).toEqual([]);
  expect(dockerfile).toContain('npm run setup');
  expect(manifest.scripts.setup).toBe('node bin/bootstrap.mjs setup');
});

test('the daemon imports nothing that is left out of the image', () => {
  const files = ['src', 'bin', 'configs/deploy/history'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|tsx|mjs)$/.test(name) && !/^(web|setup)\//.test(name)).map((name) => join(folder, name)));
  const strangers = files.flatMap((file) => {
    const named = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^(?:import|export) (?!type\b)[^'"]*?from '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm)].map(([, a, b]) => a ?? b ?? '');
    const packages = named.filter((name) => !name.startsWith('node:')).map((name) => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/'));
    return packages.filter((name) => !(name in manifest.dependencies)).map((name) => `${file}: ${name}`);
  });
  expect(strangers).toEqual([]);
});

/** The folder that the stage `lookout` would be, with packages by links and without those for development. */
function image(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-image-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o755);
  const whole = (path: string): string[] => (path === '.cache' ? ['.cache/web', '.cache/programs'] : path === 'node_modules' ? [] : [path]);
  for (const path of copies().filter(({ stage, from }) => stage === 'lookout' && from === 'build').flatMap(({ sources }) => sources).flatMap((source) => whole(source.replace('/opt/lookout/', '')))) {
    if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(dir, path), { recursive: true });
  }
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(dir, path));
  }
  return dir;
}

/** A fleet's configuration with its state in a folder that anybody may write, and no cameras. */
function configured(): { file: string; state: string } {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-etc-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o755);
  const state = join(dir, 'state');
  mkdirSync(state);
  chmodSync(state, 0o777);
  cpSync(join(DEPLOY, 'lookout/rules'), join(dir, 'rules'), { recursive: true });
  const text = readFileSync(join(DEPLOY, 'lookout/lookout.yaml'), 'utf8');
  writeFileSync(join(dir, 'lookout.yaml'), text.replaceAll('/var/lib/lookout/', `${state}/`).replace('/etc/lookout/rules', join(dir, 'rules')).replace(/^cameras:\n( .*\n)+/m, 'cameras: []\n'));
  return { file: join(dir, 'lookout.yaml'), state };
}

test('runs as nobody in folders that it cannot write, and answers its probes while broker and engine are away', async () => {
  const [dir, { file, state }, port, nowhere] = [image(), configured(), await freePort(), await freePort()];
  const env = {
    ...environmentIn('fleet.env'), ...environmentIn('secrets.env.example'), PATH: process.env.PATH, LOOKOUT_CONFIG: file, LOOKOUT_API_HOST: '0.0.0.0', LOOKOUT_API_PORT: String(port), LOOKOUT_SHARD: '2/3',
    MQTT_URL: `mqtt://127.0.0.1:${nowhere}`, ENGINE_URL: `http://127.0.0.1:${nowhere}/v1`, NODE_ENV: 'production',
  };
  const entry = instruction('ENTRYPOINT').map((part) => part.replace('/opt/lookout', dir));
  expect(entry.slice(0, 3)).toEqual(['tini', '--', 'node']);
  const who = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(process.execPath, [...entry.slice(3), ...instruction('CMD')], { cwd: dir, env, ...who, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [, ...health] = instruction('HEALTHCHECK');
  await expect.poll(() => spawnSync(process.execPath, health, { env: { LOOKOUT_API_PORT: String(port) } }).status ?? said, { timeout: 60_000 }).toBe(0);
  expect(spawnSync(process.execPath, health, { env: { LOOKOUT_API_PORT: String(nowhere) } }).status).toBe(1);
  const status = async (host: string, path: string): Promise<number> => (await fetch(`http://${host}:${port}${path}`)).status;
  expect(await status('127.0.0.1', '/v1/health/ready')).toBe(503);
  // a kubelet comes by the pod's own address
  const own = Object.values(networkInterfaces()).flat().find((one) => one && !one.internal && one.family === 'IPv4')?.address;
  if (own) expect([await status(own, '/v1/health'), await status(own, '/v1/health/ready')]).toEqual([200, 503]);
  expect(existsSync(join(state, '2/lookout.db'))).toBe(true);
  child.kill('SIGTERM');
  expect([(await once(child, 'exit'))[0], said.match(/EACCES|EROFS|CONFIG_\w+/)]).toEqual([0, null]);
});

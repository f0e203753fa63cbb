import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { Weights } from '../../src/qwen3vl/checkpoint/weights.ts';
import { lookout, start } from '../cli/lookout.ts';
import { PULLED, published, pulling, target } from './checkpoint.ts';
import { REPO, hubServer } from './hubServer.ts';
import type { HubServer } from './hubServer.ts';

const WEIGHTS = 'model.safetensors';

/** First bytes of the ranges that the CDN was asked for, the probe for one byte left out. */
function starts(server: HubServer, file = WEIGHTS): number[] {
  return server.seen.filter((seen) => seen.host === 'cdn' && seen.file === file && seen.range !== 'bytes=0-0').map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0));
}

test('a connection that is cut is taken up where it was cut', async () => {
  const server = await hubServer();
  const files = published();
  server.publish(files);
  server.faults[WEIGHTS] = { cutAt: 100_000 };
  const out = target();
  const pull = pulling(server, out);
  await pull.outcome;
  expect(pull.lost).toHaveLength(1);
  const [first, second, ...more] = starts(server);
  expect([first, more]).toEqual([0, []]);
  expect(second).toBeGreaterThan(0);
  expect(second).toBeLessThanOrEqual(100_000);
  expect(pull.moved).toBe(pull.begun?.[0]);
  expect(readFileSync(join(out, WEIGHTS)).equals(files[WEIGHTS] ?? Buffer.of())).toBe(true);
});

test('a server that is silent too long is hung up on', async () => {
  const server = await hubServer();
  server.publish(published());
  server.faults[WEIGHTS] = { holdAt: 50_000 };
  const pull = pulling(server, target(), { patience: { stallMs: 300, tries: 2, wait: { first: 1, most: 2 } } });
  await expect(pull.outcome).rejects.toMatchObject({ code: 'MODEL_PULL', message: expect.stringMatching(/no answer for 0\.3 s.*goes on where it stopped/) as string });
});

test('a pull that gave up goes on with the next, and asks for the rest only', async () => {
  const server = await hubServer();
  server.publish(published());
  const out = target();
  server.faults[WEIGHTS] = { cutAt: 120_000, cuts: 99 };
  await expect(pulling(server, out).outcome).rejects.toMatchObject({ code: 'MODEL_PULL' });
  const have = statSync(join(out, `${WEIGHTS}.partial`)).size;
  expect(have).toBeGreaterThan(0);
  expect(existsSync(join(out, WEIGHTS))).toBe(false);
  expect(existsSync(join(out, 'config.json'))).toBe(false);

  server.seen.length = 0;
  delete server.faults[WEIGHTS];
  const again = pulling(server, out);
  await again.outcome;
  expect(starts(server)).toEqual([have]);
  expect(new Set(server.seen.map(({ file }) => file).filter(Boolean))).toEqual(new Set([WEIGHTS]));
  expect(again.moved).toBe((again.begun?.[0] ?? 0) - (again.begun?.[1] ?? 0));
  expect(readdirSync(out).sort()).toEqual(PULLED);
});

/** A pull whose line was cut in the middle of the weights, and every time again. */
async function cutShort(): Promise<{ server: Awaited<ReturnType<typeof hubServer>>; files: ReturnType<typeof published>; out: string }> {
  const server = await hubServer();
  const files = published();
  server.publish(files);
  const out = target();
  server.faults[WEIGHTS] = { cutAt: 120_000, cuts: 99 };
  await expect(pulling(server, out).outcome).rejects.toThrow('MODEL_PULL');
  return { server, files, out };
}

test('a beginning of another commit’s file, or of one unknown, starts anew', async () => {
  const { server, files, out } = await cutShort();
  const changed = Buffer.from(files[WEIGHTS] ?? '').fill(1, 200_000);
  server.publish({ ...files, [WEIGHTS]: changed });
  server.seen.length = 0;
  await expect(pulling(server, out).outcome).rejects.toThrow('MODEL_PULL');
  expect(starts(server)[0]).toBe(0);

  writeFileSync(join(out, '.pull.json'), '{"model.saf'); // a kill while it was written
  server.seen.length = 0;
  delete server.faults[WEIGHTS];
  await pulling(server, out).outcome;
  expect(starts(server)).toEqual([0]);
  expect(readFileSync(join(out, WEIGHTS)).equals(changed)).toBe(true);
});

test('a beginning that was damaged is found out and fetched again', async () => {
  const { server, files, out } = await cutShort();
  const partial = join(out, `${WEIGHTS}.partial`);
  const { size } = statSync(partial);
  truncateSync(partial, 10);
  truncateSync(partial, size); // zeros, as a power cut leaves them
  delete server.faults[WEIGHTS];
  server.seen.length = 0;
  const again = pulling(server, out);
  await again.outcome;
  expect(starts(server)).toEqual([size, 0]);
  expect(readFileSync(join(out, WEIGHTS)).equals(files[WEIGHTS] ?? Buffer.of())).toBe(true);
  expect(again.moved).toBe((again.begun?.[0] ?? 0) - (again.begun?.[1] ?? 0));
});

test('a server that takes no notice of ranges sends the whole, and it is the whole', async () => {
  const server = await hubServer();
  const files = published();
  server.publish(files);
  server.faults[WEIGHTS] = { cutAt: 100_000, ignoresRange: true };
  const out = target();
  const pull = pulling(server, out);
  await pull.outcome;
  expect(readFileSync(join(out, WEIGHTS)).equals(files[WEIGHTS] ?? Buffer.of())).toBe(true);
  expect(pull.moved).toBe(pull.begun?.[0]);
});

test('a link of the CDN that has expired is asked for anew', async () => {
  const server = await hubServer();
  server.publish(published());
  server.faults[WEIGHTS] = { expired: 1 };
  const pull = pulling(server, target());
  await pull.outcome;
  expect(pull.lost).toEqual(['status 403']);
});

test('kill -9 while it downloads; the same command goes on where it was', async () => {
  const server = await hubServer();
  server.publish(published());
  server.faults[WEIGHTS] = { holdAt: 150_000 };
  const out = target();
  const folder = dirname(dirname(dirname(out)));
  const args = ['model', 'pull', REPO, '--out', out];
  const env = { HF_ENDPOINT: server.endpoint, HF_TOKEN: 'hf_shh' };
  const running = start(folder, args, env);
  const partial = join(out, `${WEIGHTS}.partial`);
  while ((statSync(partial, { throwIfNoEntry: false })?.size ?? 0) < 150_000) {
    if (running.child.exitCode !== null) throw new Error(running.said());
    await sleep(20);
  }
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  expect(() => readCheckpoint(out)).toThrow(/MODEL_NOT_FOUND/);

  server.seen.length = 0;
  delete server.faults[WEIGHTS];
  const { code, stdout, stderr } = await lookout(folder, args, env);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(starts(server)).toEqual([150_000]);
  expect(new Set(server.seen.map(({ file }) => file).filter(Boolean))).toEqual(new Set([WEIGHTS]));
  expect(stdout).toContain(`${PULLED.length} files, all verified`);
  expect(stdout + stderr).not.toContain('hf_shh');
  expect(readCheckpoint(out).name).toBe('test');
  new Weights(out).close();
});

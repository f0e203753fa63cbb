import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { liveRoutes } from '../../src/api/routes/live.ts';
import { serve } from '../api/serve.ts';
import type { Served } from '../api/serve.ts';
import { createLogger } from '../../src/health/log.ts';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import { Secret } from '../../src/secret.ts';
import { readBars } from '../ingest/barcode.ts';
import { endProcess, publishBars } from '../ingest/peers.ts';
import { watch } from '../ingest/watch.ts';
import type { Watched } from '../ingest/watch.ts';
import { barClip, readIndex, startSimulator } from '../peers/simulator.ts';
import type { MadeClip, Simulator } from '../peers/simulator.ts';

interface Shot {
  readonly at: number;
  readonly data: string;
  readonly state: string;
  readonly ahead: number;
  readonly rate: number;
}

const folder = mkdtempSync(join(tmpdir(), 'lookout-player-'));
const abort = new AbortController();
const clips: MadeClip[] = [];
const cameras = new Map<string, Watched>();
let simulator: Simulator;
let api: Served;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  await build({ configFile: false, logLevel: 'error', root: fileURLToPath(new URL('../web/live', import.meta.url)), oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } }, build: { outDir: folder, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' } });
  simulator = await startSimulator();
  for (const [path, opts] of [['door', {}], ['b', { bframes: 2 }], ['hevc', { codec: 'hevc' }]] as const) {
    const clip = await barClip({ frames: 1000, fps: 25, gop: 50, ...opts });
    clips.push(clip);
    await simulator.tell(path, { clip: clip.file, fps: 25, reports: { every: 500, late: 0, prompt: 0 } });
    cameras.set(path, watch(simulator.url(path), abort.signal, { gate: false }));
  }
  api = await serve(liveRoutes({ camera: (id) => cameras.get(id)?.camera, now: Date.now }), { page: folder });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  abort.abort();
  await api.stop();
  await simulator.stop();
  for (const clip of clips) await clip.remove();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => page.close());

async function open(camera: string): Promise<string[]> {
  page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  await page.goto(`${api.url}/#${api.token('viewer')}/${camera}`);
  return complaints;
}

const until = (state: string): Promise<unknown> => page.waitForSelector(`.live-player[data-state="${state}"]`, { timeout: 60_000 });

/** What the video shows, in grey. */
async function grey(): Promise<Shot & { picture: { width: number; height: number; data: Uint8Array } }> {
  const taken = (await page.evaluate('globalThis.shot()')) as Shot | undefined;
  if (!taken) throw new Error('there is no picture');
  const levels = Buffer.from(taken.data, 'base64');
  const data = new Uint8Array(3 * levels.length);
  levels.forEach((level, i) => data.fill(level, 3 * i, 3 * i + 3));
  return { ...taken, picture: { width: 384, height: 256, data } };
}

/** Which picture the video shows, and how old it is, ms. */
async function shot(camera: string): Promise<Shot & { index: number; age: number }> {
  const taken = await grey();
  const { index } = readIndex(taken.picture);
  return { ...taken, index, age: taken.at - simulator.truth(camera, index, taken.at) };
}

async function ages(camera: string, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const { age, ahead, rate } = await shot(camera);
    if (process.env['SHOW_AGES']) process.stderr.write(`${camera} ${Math.round(age)} ms, ahead ${ahead.toFixed(2)} s, rate ${rate}\n`);
    found.push(age);
    await sleep(150);
  }
  return found.toSorted((a, b) => a - b);
}

describe('the player, in a browser', { timeout: 120_000 }, () => {
  it.each(['door', 'b'])('shows what the camera %s sees now, moving', async (camera) => {
    const complaints = await open(camera);
    await until('live');
    await sleep(4000);
    const sorted = await ages(camera, 20);
    expect(sorted[10]).toBeLessThan(1500);
    const [before, after] = [(await shot(camera)).index, (await sleep(1000), (await shot(camera)).index)];
    expect(after).not.toBe(before);
    expect(complaints).toEqual([]);
  });

  it('shows what an RTMP camera with B-frames sees now', async () => {
    const log = createLogger({ level: 'silent' });
    const key = new Secret('k-9f8e7d6c5b4a');
    const server = await startRtmpServer({ port: 0, keys: [key] }, abort.signal, log);
    const publisher = publishBars(server.url(key).reveal(), ['-preset', 'veryfast', '-bf', '2', '-threads', '1', '-x264-params', 'b-adapt=0:scenecut=0:rc-lookahead=0:sync-lookahead=0:mbtree=0']);
    cameras.set('yard', watch(server.url(key).reveal(), abort.signal, { gate: false }));
    try {
      await cameras.get('yard')?.more(8);
      await open('yard');
      await until('live');
      await sleep(4000);
      const found: number[] = [];
      for (let i = 0; i < 20; i++) {
        const { picture, at, ahead, rate } = await grey();
        found.push(at - readBars(picture, at));
        if (process.env['SHOW_AGES']) process.stderr.write(`yard ${Math.round(found.at(-1) ?? 0)} ms, ahead ${ahead.toFixed(2)} s, rate ${rate}\n`);
        await sleep(150);
      }
      // an encoder with two B-frames is some 0.2 s late by itself
      expect(found.toSorted((a, b) => a - b)[10]).toBeLessThan(2000);
    } finally {
      await endProcess(publisher);
    }
  });

  it('begins anew when the camera comes back, and says in between why there is nothing', async () => {
    await open('door');
    await until('live');
    await simulator.tell('door', { state: 'refusing', cut: true });
    await until('offline');
    expect(await page.textContent('.player-state')).toContain('No picture');
    await simulator.tell('door', { state: 'up' });
    await until('live');
    // what was sent last before the camera went may be shown for a moment
    await expect.poll(() => ages('door', 8).then((all) => all[4], () => Infinity), { timeout: 60_000 }).toBeLessThan(2000);
  });

  it('shows single pictures of what it cannot play', async () => {
    await open('hevc');
    await until('stills');
    await page.waitForSelector('.live-player img', { timeout: 30_000 });
    const first = await page.getAttribute('.live-player img', 'src');
    await expect.poll(() => page.getAttribute('.live-player img', 'src'), { timeout: 30_000 }).not.toBe(first);
    // a picture of the camera's full size
    expect(await page.evaluate("document.querySelector('.live-player img').naturalWidth")).toBe(384);
  });

  /** How many viewers are let in at once now. */
  const placesFree = async (): Promise<number> => {
    const stop = new AbortController();
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.get('/v1/cameras/door/live', { signal: stop.signal })));
    stop.abort();
    return answers.filter(({ status }) => status === 200).length;
  };

  it('lets go of everything when it is taken away', async () => {
    await open('door');
    await until('live');
    for (let i = 0; i < 12; i++) {
      await page.evaluate("globalThis.show('')");
      await page.evaluate("globalThis.show('door')");
      if (i % 4 === 0) await until('live');
    }
    await until('live');
    await page.evaluate("globalThis.show('')");
    // all places are free, once the server has heard that the last viewers are gone
    await expect.poll(placesFree, { timeout: 20_000, interval: 500 }).toBe(8);
  });
});

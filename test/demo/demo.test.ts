import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startDaemon } from '../../src/daemon.ts';
import { type DemoOptions, runDemo } from '../../src/demo/demo.ts';
import { takeFolder } from '../../src/demo/folder.ts';
import { createRoom } from '../../src/demo/room.ts';
import type { View } from '../../src/demo/view.ts';
import { createLogger } from '../../src/health/log.ts';

/** Random weights: it sees nothing, but it is asked and answers, so that everything around the model has to work. */
const RANDOM_MODEL = fileURLToPath(new URL('../fixtures/qwen3vl/tied-odd', import.meta.url));

const SEED = 7;
const DURATION = 12;

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lookout-demo-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function run(given: Partial<DemoOptions>, stop = new AbortController(), enough: (view: View) => boolean = () => false): { result: ReturnType<typeof runDemo>; views: View[] } {
  const views: View[] = [];
  const options = { seed: SEED, duration: DURATION, folder: takeFolder(join(base, 'demo')), model: RANDOM_MODEL, rtmpPort: 0, mqttPort: 0, pagePort: 0, pictureWidth: 48, ...given };
  const show = (view: View): void => {
    views.push(view);
    if (enough(view)) stop.abort();
  };
  const needs = { startDaemon, display: { show, close: () => undefined }, log: createLogger({ level: 'silent' }), signal: stop.signal, hurry: stop.signal };
  return { result: runDemo(options, needs), views };
}

/** What the page does with the token of its address. */
function signIn(link: string): Promise<Response> {
  const { origin, hash } = new URL(link);
  return fetch(`${origin}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify({ token: hash.replace('#token=', '') }) });
}

describe('the demo', () => {
  it('films, watches and scores a story, and stops by itself', async () => {
    const { result, views } = run({});
    const played = await result;
    const { events } = createRoom(SEED, { duration: DURATION });
    expect(events.length).toBeGreaterThan(0);
    expect(played?.board).toMatchObject({ happened: events.length, alerts_duplicate: 0 });
    expect(played?.board.windows).toBeGreaterThan(0);
    expect(played?.board.visual_tokens).toBeGreaterThan(0);
    expect(views.some((view) => view.stage.kind === 'playing' && view.picture?.width === 48)).toBe(true);
    expect(played?.view.rows.map((row) => row.text)).toEqual(expect.arrayContaining(events.map((event) => event.text)));
  }, 90_000);

  it('serves the page, whose link opens a session', async () => {
    const stop = new AbortController();
    let asked: Promise<Response> | undefined;
    const { result } = run({}, stop, ({ page }) => {
      if (page) asked ??= signIn(page.link);
      return false;
    });
    await vi.waitFor(() => expect(asked).toBeDefined(), { timeout: 30_000, interval: 100 });
    const answer = await asked;
    expect(answer?.status).toBe(201);
    expect(await answer?.json()).toMatchObject({ name: 'demo', scope: 'admin' });
    stop.abort();
    await result;
  }, 60_000);

  it('ends early when it is told to, and scores what was seen by then', async () => {
    const stop = new AbortController();
    const { result } = run({ duration: 600 }, stop, (view) => view.elapsed > 1);
    const played = await result;
    expect(played?.board.happened).toBe(createRoom(SEED, { duration: 600 }).events.filter((event) => event.start < 1).length);
  }, 60_000);

  it('ends at once when it is told to before the story', async () => {
    const stop = new AbortController();
    const { result } = run({}, stop, (view) => view.stage.kind === 'starting');
    expect(await result).toBeNull();
  }, 60_000);

  it('says which model is not there', async () => {
    await expect(run({ model: base }).result).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  }, 60_000);
});

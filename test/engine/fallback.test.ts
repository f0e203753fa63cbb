import { BehaviorSubject } from 'rxjs';
import { pino } from 'pino';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { modelProcessOptions } from '../../src/config/modelSettings.ts';
import { openModel } from '../../src/daemon/openModel.ts';
import { withFallback } from '../../src/engine/fallback.ts';
import type { FallbackOptions } from '../../src/engine/fallback.ts';
import { LookoutError } from '../../src/errors.ts';
import type { ChildState } from '../../src/health/child.ts';
import type { RunningModel } from '../../src/infer/runningModel.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import type { PeerEngine } from '../peers/engine.ts';
import { engine, until } from './rig.ts';

const DEMO = fileURLToPath(new URL('../../models/demo', import.meta.url));
const VIDEO = { frames: [0, 1].map(() => ({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) })), times: [0, 0.5] };
const WINDOW = { video: VIDEO, prompt: 'What happens?', maxTokens: 8 };

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function start(one: PeerEngine, options: Partial<FallbackOptions> = {}): Promise<{ readonly model: RunningModel; readonly lines: string[]; readonly states: ChildState[] }> {
  const life = new AbortController();
  const lines: string[] = [];
  const log = pino({ level: 'info', base: undefined }, { write: (line: string) => void lines.push(line) });
  const config = configSchema.parse({ model: { backend: 'openai', name: DEMO }, engine: { endpoints: [{ url: one.url, kind: 'other' }], layout: 'stills', timeout: 2 }, cameras: [] });
  const served = openModel(config, life.signal, log, { patient: true });
  await served.ready;
  const startLocal = (signal: AbortSignal): RunningModel => startModelProcess({ ...modelProcessOptions(config), device: 'cpu', threads: 1, memoryMb: 1536 }, signal, log);
  const model = withFallback(served, { startLocal, after: 200, keep: 500, every: 100, ...options }, life.signal, log);
  stop = async () => {
    await model.close();
    life.abort();
  };
  const states: ChildState[] = [];
  model.state$.subscribe((state) => states.push(state));
  return { model, lines, states };
}

test('while no engine answers, the model on this machine does; and is stopped when one is back', async () => {
  const one = await engine();
  const { model, lines, states } = await start(one);
  await model.ready;
  expect((await model.generate(WINDOW)).text).toBe('[]');
  expect([model.name, model.childPid, model.atOnce]).toEqual(['qwen', undefined, 4]);

  await one.behave({ fault: 'hang', health: 'hang' });
  await one.kill();
  await until(async () => {
    await model.generate(WINDOW).catch(() => undefined);
    return model.childPid !== undefined;
  });
  await until(() => states.at(-1) === 'up' && model.name !== 'qwen');
  expect([model.atOnce, model.device]).toEqual([1, expect.stringContaining('no engine answers')]);
  const { text, tokens } = await model.generate(WINDOW);
  expect({ text, tokens }).not.toMatchObject({ text: '[]', tokens: [-1] });
  expect(await model.scoreMany(['Is it so? Answer yes or no.'], 'yes', 'no')).toHaveLength(1);

  await engine({ port: one.port });
  // requests show the engine that it is wanted again, and it that it answers
  await until(async () => {
    await model.generate(WINDOW);
    return model.name === 'qwen';
  });
  expect((await model.generate(WINDOW)).text).toBe('[]');
  await until(() => model.childPid === undefined);
  expect(states.filter((state) => state === 'down').length).toBeGreaterThanOrEqual(1);
  const told = lines.map((line) => String((JSON.parse(line) as { msg: string }).msg)).filter((line) => line.includes('this machine'));
  expect(told).toEqual([
    'no engine answers: the model on this machine is started',
    'the model on this machine answers until an engine does',
    'an engine answers again; the model on this machine stays for a while',
    'the model on this machine is stopped',
  ]);
});

/** A model whose state and answers a test decides. */
function puppet(name: string): { readonly model: RunningModel; readonly state$: BehaviorSubject<ChildState>; fail?: Error; asked: number } {
  const state$ = new BehaviorSubject<ChildState>('starting');
  const own: { model: RunningModel; state$: BehaviorSubject<ChildState>; fail?: Error; asked: number } = { model: undefined as never, state$, asked: 0 };
  const result = { text: name, tokens: [], probabilities: [], pieces: [], finish: 'stop' as const, visualTokens: 0, promptTokens: 0, reusedTokens: 0, runs: 0, ms: { vision: 0, prefill: 0, decode: 0 } };
  own.model = {
    name, context: 1000, videoSize: { minPixels: 1, maxPixels: 2 }, side: 32, processing: {} as RunningModel['processing'], sampling: undefined, atOnce: 1,
    ready: new Promise(() => undefined), state$, childPid: undefined, device: name,
    generate: () => {
      own.asked++;
      return own.fail ? Promise.reject(own.fail) : Promise.resolve(result);
    },
    prefill: () => Promise.resolve(), scoreMany: () => Promise.resolve([]), chat: () => Promise.reject(new Error('none')),
    close: () => {
      state$.next('stopped');
      return Promise.resolve();
    },
  };
  return own;
}

test('what an engine fails at while the other is still there, the other answers; what it refuses stays refused', async () => {
  const [served, local] = [puppet('engine'), puppet('local')];
  const model = withFallback(served.model, { startLocal: () => local.model, after: 10, keep: 60_000, every: 0 }, new AbortController().signal, pino({ level: 'silent' }));
  stop = () => model.close();
  served.state$.next('down');
  let started = 0;
  await until(() => {
    local.state$.next('up');
    return model.name === 'local' || ++started > 500;
  });
  // the engine is shown the request too, and nobody waits for it
  served.fail = new LookoutError('ENGINE_UNREACHABLE', 'gone.');
  expect((await model.generate(WINDOW)).text).toBe('local');
  expect(served.asked).toBe(1);

  served.state$.next('up');
  expect(model.name).toBe('engine');
  expect((await model.generate(WINDOW)).text).toBe('local');
  served.fail = new LookoutError('ENGINE_REFUSED', 'no.');
  await expect(model.generate(WINDOW)).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  delete served.fail;
  expect((await model.generate(WINDOW)).text).toBe('engine');
});

test('a model that cannot be started is told once, and the engines are waited for as without it', async () => {
  const served = puppet('engine');
  const lines: string[] = [];
  const log = pino({ level: 'error', base: undefined }, { write: (line: string) => void lines.push(line) });
  const model = withFallback(served.model, { startLocal: () => { throw new LookoutError('MODEL_NOT_FOUND', 'nowhere.'); }, after: 1 }, new AbortController().signal, log);
  stop = () => model.close();
  const states: ChildState[] = [];
  model.state$.subscribe((state) => states.push(state));
  served.state$.next('down');
  await until(() => lines.length > 0);
  served.state$.next('up');
  expect((await model.generate(WINDOW)).text).toBe('engine');
  expect(states).toEqual(['starting', 'down', 'up']);
  expect(lines).toHaveLength(1);
});

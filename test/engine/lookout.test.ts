import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { startEngineModel } from '../../src/engine/model.ts';
import { startEnginePool } from '../../src/engine/pool.ts';
import { heldOutScenes } from '../../src/eval/scenes.ts';
import { createLogger } from '../../src/health/log.ts';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { eventsPrompt, matchPrompt } from '../../src/infer/prompts.ts';
import { qwenBackend } from '../../src/infer/qwen.ts';
import type { RunningModel } from '../../src/infer/runningModel.ts';
import type { GenerateRequest } from '../../src/qwen3vl/request.ts';
import type { Frame, Window } from '../../src/values.ts';
import { chatServer } from '../chat/chatServer.ts';
import type { ChatServer } from '../chat/chatServer.ts';

let server: ChatServer;
const stop = new AbortController();
const windows: Window[] = [];
beforeAll(async () => {
  server = await chatServer(DEMO_MODEL);
  for (const { frames } of heldOutScenes(3, 7, 12)) {
    const all: Frame[] = [];
    for await (const frame of frames()) all.push(frame);
    windows.push(...cut(all));
  }
});
afterAll(async () => {
  stop.abort();
  await server.stop();
});

/** Windows of a scene, their frames in irregular pairs. */
function cut(frames: readonly Frame[]): Window[] {
  const kept = frames.filter((_, i) => i % 4 < 2 && i % 3 !== 2);
  const even = (part: readonly Frame[]): readonly Frame[] => part.slice(0, part.length - (part.length % 2));
  return [0, 12].map((from) => ({ id: `w${from}`, camera: 'room', frames: even(kept.slice(from, from + 14)), reason: 'hop' as const, cutAt: Date.now() }));
}

async function engine(settings: object): Promise<RunningModel> {
  const url = `${server.api.url}/v1`;
  const key = server.api.token('viewer');
  const config = configSchema.parse({ model: { backend: 'openai', name: DEMO_MODEL }, engine: { endpoints: [{ url, api_key: key }], timeout: 120, ...settings } });
  const log = createLogger({ level: 'silent' });
  const [endpoint] = config.engine.endpoints;
  const pool = { endpoints: [{ url, ...(endpoint?.api_key ? { apiKey: endpoint.api_key } : {}) }], atOnce: 1, timeout: 120_000, retryBudget: 0, hedge: 'off' as const };
  const model = startEngineModel(config, { patient: false, startPool: (options) => startEnginePool(pool, options, stop.signal, log) }, stop.signal, log);
  await model.ready;
  return model;
}

function requestOf({ frames }: Window, shown = frames, times = shown.map(({ at }) => (at - (frames[0]?.at ?? 0)) / 1000)): GenerateRequest {
  return { video: { frames: shown, times }, prompt: eventsPrompt(['someone waves']), maxTokens: 384, schema: EVENTS_SCHEMA };
}

describe('one Lookout as the engine of another', () => {
  it('is found out, takes pairs with their times, and answers as ONNX Runtime does: token for token, and so the same events', async () => {
    const model = await engine({});
    expect(model.device).toMatch(/^Lookout at 127\.0\.0\.1:\d+ serves demo: frames as a video with their own times, answers held to the JSON schema, scores by log-probabilities/);
    expect(model.context).toBe(server.model.context);
    let told = 0;
    for (const window of windows) {
      const [ours, theirs] = [await server.model.generate(requestOf(window)), await model.generate(requestOf(window))];
      expect(theirs).toMatchObject({ text: ours.text, pieces: ours.pieces.filter((piece) => piece !== ''), visualTokens: ours.visualTokens, promptTokens: ours.promptTokens, finish: ours.finish });
      for (const [i, p] of theirs.probabilities.entries()) expect(p).toBeCloseTo(ours.probabilities[i] ?? 0, 3);
      const events = async (one: RunningModel): Promise<unknown> => (await qwenBackend(one).events(window, ['someone waves'])).sightings.map(({ confidence, ...sighting }) => ({ ...sighting, confidence: confidence.toFixed(2) }));
      const expected = await events(server.model);
      expect(await events(model)).toEqual(expected);
      told += (expected as unknown[]).length;
    }
    expect(told).toBeGreaterThan(0);
    await model.close();
  });

  it('as stills it answers what ONNX Runtime says of a video whose pairs are one frame each', async () => {
    const model = await engine({ layout: 'stills' });
    for (const window of windows) {
      const later = window.frames.filter((_, i) => i % 2 === 1);
      const times = later.map(({ at }) => (at - (window.frames[0]?.at ?? 0)) / 1000);
      const ours = await server.model.generate(requestOf(window, later.flatMap((frame) => [frame, frame]), times.flatMap((time) => [time, time])));
      const theirs = await model.generate(requestOf(window));
      expect(theirs).toMatchObject({ text: ours.text, promptTokens: ours.promptTokens, visualTokens: ours.visualTokens, stamps: times });
    }
    await model.close();
  });

  it('scores as ONNX Runtime does', async () => {
    const model = await engine({});
    const prompts = ['a person in red picks up the phone', 'a person sits down', 'nobody is there'].map((event) => matchPrompt(event, 'someone picks up the phone'));
    const ours = await server.model.scoreMany(prompts, 'yes', 'no');
    for (const [i, score] of (await model.scoreMany(prompts, 'yes', 'no')).entries()) expect(score).toBeCloseTo(ours[i] ?? -1, 3);
    await model.close();
  });
});

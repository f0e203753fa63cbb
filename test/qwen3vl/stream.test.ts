import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRoom } from '../../src/demo/room.ts';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { eventsPrompt, matchPrompt } from '../../src/infer/prompts.ts';
import type { GenerateRequest, Qwen3VL, VideoInput } from '../../src/qwen3vl/model.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { kvBytesPerToken } from '../../src/qwen3vl/device/kvCache.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { FIXTURES, fixture, scratch, withModel } from './fixtures.ts';
import { firstOf } from '../thorough.ts';

const DEMO = fileURLToPath(new URL('../../models/demo', import.meta.url));
const WIDTH = 192;
const HEIGHT = 128;
/** frames a second of the rolling video */
const RATE = 4;

/** Pictures with something different in each. */
function pictures(count: number, width: number, height: number): VideoInput['frames'] {
  return Array.from({ length: count }, (_, n) => {
    const data = Uint8Array.from({ length: width * height * 3 }, (_v, i) => (i * 7 + n * 31 + ((i >> 5) * n) ** 2) & 255);
    return { width, height, data };
  });
}

function roomFrames(seed: number, from: number, count: number): VideoInput['frames'] {
  const room = createRoom(seed, { duration: from + count / RATE + 1 });
  return Array.from({ length: count }, (_, i) => ({ width: WIDTH, height: HEIGHT, data: room.render(from + i / RATE, WIDTH, HEIGHT) }));
}

const clip = (frames: VideoInput['frames'], from: number, to: number): VideoInput => ({
  frames: frames.slice(from, to),
  times: Array.from({ length: to - from }, (_, i) => i / RATE),
});

const ask = (video: VideoInput, more: Partial<GenerateRequest> = {}): GenerateRequest => ({ video, prompt: eventsPrompt(['someone falls']), maxTokens: 96, schema: EVENTS_SCHEMA, ...more });

/** What the plain path says: nothing kept from before, nothing guessed. */
async function plainly(dir: string, request: GenerateRequest): Promise<number[]> {
  const model = await openQwen3VL(dir, { device: 'cpu', threads: 1 });
  try {
    const { stream: _none, ...rest } = request;
    return (await model.generate(rest)).tokens;
  } finally {
    await model.close();
  }
}

async function withDemo<T>(use: (model: Qwen3VL) => Promise<T>): Promise<T> {
  const model = await openQwen3VL(DEMO, { device: 'cpu', threads: 1 });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

describe('a rolling video', () => {
  it.each(firstOf(1, [[7, 4], [31, 10], [11, 20]]))('is answered by the demo checkpoint as the plain path would, and pays for what is new (room %i at %i s)', async (seed, from) => {
    const frames = roomFrames(seed, from, 24);
    await withDemo(async (model) => {
      let runs = 0;
      let tokens = 0;
      for (const [start, end] of [[0, 4], [0, 6], [0, 8], [0, 12], [0, 16], [8, 18], [8, 20], [8, 24]] as const) {
        const request = ask(clip(frames, start, end), { stream: 'hall' });
        await model.prefill(clip(frames, start, end - 2), 'hall');
        const result = await model.generate(request);
        expect(result.tokens, `${start} to ${end}`).toEqual(await plainly(DEMO, request));
        // all but the newest pair was there already
        expect(result.reusedTokens).toBeGreaterThanOrEqual(((end - start) / 2 - 1) * (result.visualTokens / ((end - start) / 2)));
        runs += result.runs;
        tokens += result.tokens.length;
      }
      expect(runs).toBeLessThan(tokens / 2);
    });
  });

  it.each(FIXTURES)('gives random weights (%s) the same tokens as the plain path', async (name) => {
    const frames = pictures(12, 64, 64);
    await withModel(name, async (model) => {
      for (const [start, end] of [[0, 4], [0, 8], [0, 12], [4, 12]] as const) {
        for (const prompt of ['List.', 'What happens?']) {
          const request = ask(clip(frames, start, end), { prompt, stream: 'a' });
          const result = await model.generate(request);
          expect(result.tokens).toEqual(await plainly(fixture(name), request));
        }
      }
    });
  });

  it('is asked the same again in a few runs of the decoder', () =>
    withModel('tied-odd', async (model) => {
      const request = ask(clip(pictures(4, 64, 64), 0, 4), { stream: 'a' });
      const first = await model.generate(request);
      const second = await model.generate(request);
      expect(second.tokens).toEqual(first.tokens);
      expect(first.tokens).toHaveLength(96);
      expect(second.runs).toBeLessThanOrEqual(4);
      expect(second.probabilities.map((p, i) => Math.abs(p - (first.probabilities[i] ?? NaN)) < 1e-5)).not.toContain(false);
    }));

  it('is forgotten, not mixed up, when there are more of them than there is room for', () =>
    withModel(
      'tied-odd',
      async (model) => {
        const frames = pictures(16, 64, 64);
        const request = (n: number): GenerateRequest => ask(clip(frames, n, n + 4), { stream: `camera-${n}`, maxTokens: 24 });
        const first = await Promise.all([0, 4, 8].map((n) => model.generate(request(n))));
        const again = await Promise.all([0, 4, 8, 8].map((n) => model.generate(request(n))));
        expect(again.slice(0, 3).map((r) => r.tokens)).toEqual(first.map((r) => r.tokens));
        expect(again[0]?.reusedTokens).toBe(0);
        expect(again[3]?.reusedTokens).toBeGreaterThan(0);
      },
      // room for one of them
      { kvBytes: 300 * kvBytesPerToken(readCheckpoint(fixture('tied-odd')).config.text) },
    ));

  it('is refused where it cannot fit', () =>
    withModel('tied-odd', async (model) => {
      expect(model.context).toBe(100);
      await expect(model.generate(ask(clip(pictures(40, 64, 64), 0, 40)))).rejects.toMatchObject({ code: 'MODEL_CONTEXT_EXCEEDED' });
    }, { kvBytes: 100 * kvBytesPerToken(readCheckpoint(fixture('tied-odd')).config.text) }));

  it('takes nothing from a window that had other frames, or the same at other times', () =>
    withModel('tied-odd', async (model) => {
      const [one, two] = [pictures(4, 64, 64), pictures(8, 64, 64).slice(4)];
      const at = (frames: VideoInput['frames'], shift: number): GenerateRequest => ask({ frames, times: [0, 0.25, 0.5, 0.75].map((t) => t + shift) }, { stream: 'a', maxTokens: 16 });
      for (const request of [at(one, 0), at(two, 0), at(one, 3), at(two, 3)]) {
        expect((await model.generate(request)).tokens).toEqual(await plainly(fixture('tied-odd'), request));
      }
    }));
});

describe('features on disk', () => {
  it('serve a second process, and are computed again where a file is damaged', async () => {
    const folder = scratch();
    const request = ask(clip(pictures(8, 64, 64), 0, 8), { maxTokens: 16 });
    const options = { featureDisk: { dir: folder.dir, maxBytes: 2 ** 20 } };
    const answer = (): Promise<number[]> => withModel('tied-odd', async (model) => (await model.generate(request)).tokens, options);
    const files = (): string[] => readdirSync(folder.dir, { recursive: true }).map((f) => join(folder.dir, String(f))).filter((f) => f.endsWith('.features'));
    const first = await answer();
    expect(files()).toHaveLength(4);
    const old = new Date(1_700_000_000_000);
    for (const file of files()) utimesSync(file, old, old);
    expect(await answer()).toEqual(first);
    expect(files().filter((file) => statSync(file).mtimeMs > old.getTime())).toHaveLength(4);

    const [victim] = files();
    const bytes = readFileSync(victim as string);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff;
    writeFileSync(victim as string, bytes);
    expect(await answer()).toEqual(first);
    expect(readFileSync(victim as string)).not.toEqual(bytes);
    folder.remove();
  });

  it('stay within their bound, the longest unused gone first', async () => {
    const folder = scratch();
    const frames = pictures(12, 64, 64);
    const sizes = (): number[] => readdirSync(folder.dir, { recursive: true }).map((f) => statSync(join(folder.dir, String(f)))).filter((s) => s.isFile()).map((s) => s.size);
    const look = (maxBytes: number, to: number): Promise<unknown> =>
      withModel('tied-odd', (model) => model.generate(ask(clip(frames, 0, to), { maxTokens: 1 })), { featureDisk: { dir: folder.dir, maxBytes } });
    await look(2 ** 20, 2);
    const [one = 0] = sizes();
    await look(one * 3, 12);
    expect(sizes().reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(one * 3);
    expect(sizes().length).toBeGreaterThan(0);
    folder.remove();
  });
});

describe('many scores at once', () => {
  it('are those of one by one', () =>
    withDemo(async (model) => {
      const rules = ['someone picks up the phone', 'tell me when a person falls', '有人坐下', 'a person in blue leaves the room', 'x'];
      // more tokens than go through at once
      const prompts = Array.from({ length: 60 }, (_, i) => matchPrompt(`a person in red ${i % 2 ? 'sits down' : 'falls'}`, `${rules[i % 5]} ${i}`));
      const many = await model.scoreMany(prompts, 'yes', 'no');
      for (const [i, prompt] of prompts.entries()) expect(many[i]).toBeCloseTo(await model.score(prompt, 'yes', 'no'), 5);
      expect(await model.scoreMany([], 'yes', 'no')).toEqual([]);
      expect(await model.scoreMany(['a', 'a'], 'yes', 'no')).toEqual([expect.any(Number), expect.any(Number)]);
    }));
});

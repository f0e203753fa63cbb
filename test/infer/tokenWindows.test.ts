import { describe, expect, it } from 'vitest';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { chatTokens } from '../../src/qwen3vl/decode/chat.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { QwenTokenizer } from '../../src/qwen3vl/decode/tokenizer.ts';
import { boundedWindowSize, cutByTokens, tokensOf } from '../../src/infer/tokenWindows.ts';
import type { FileWindow, TokenBudget } from '../../src/infer/tokenWindows.ts';
import type { Frame } from '../../src/values.ts';

const SIDE = 32;

/** `step` seconds apart; 6 × 4 visual tokens each pair. */
async function* frames(count: number, step = 0.25, width = 192): AsyncGenerator<Frame> {
  for (let i = 0; i < count; i++) {
    yield { camera: 'a.mp4', pts: i * step, at: i * step * 1000, uncertainty: 0, timeSource: 'file', width, height: 128, data: new Uint8Array(0) };
  }
}

async function cut(from: AsyncIterable<Frame>, budget: Partial<TokenBudget> = {}): Promise<FileWindow[]> {
  const all: FileWindow[] = [];
  for await (const w of cutByTokens(from, { windowSize: 200, overlapRatio: 0.2, side: SIDE, ...budget })) all.push(w);
  return all;
}

const span = ({ window: { frames: f }, next }: FileWindow): string => `${(f[0]?.at ?? 0) / 1000}..${(f.at(-1)?.at ?? 0) / 1000} ×${f.length} then ${next / 1000}`;

describe('windows of a file', () => {
  it('fill the budget, and begin with the newest pairs of the one before', async () => {
    expect((await cut(frames(30))).map(span)).toEqual(['0..2.75 ×12 then 2.5', '2.5..5.25 ×12 then 5', '5..7.25 ×10 then Infinity']);
    expect((await cut(frames(30), { overlapRatio: 0.5 })).map(span)).toEqual([
      '0..2.75 ×12 then 1.5', '1.5..4.25 ×12 then 3', '3..5.75 ×12 then 4.5', '4.5..7.25 ×12 then Infinity',
    ]);
    expect((await cut(frames(30), { overlapRatio: 0 })).map(span)).toEqual(['0..2.75 ×12 then 3', '3..5.75 ×12 then 6', '6..7.25 ×6 then Infinity']);
  });

  it('never hold more tokens than the budget, and together every frame', async () => {
    for (const windowSize of [80, 133, 500, 4000]) {
      for (const overlapRatio of [0, 0.3, 0.9]) {
        const all = await cut(frames(211, 0.4), { windowSize, overlapRatio });
        for (const { window: { frames: f } } of all) {
          const pairs = f.filter((_, i) => i % 2 === 0).map((a, k) => [a, f[2 * k + 1] ?? a] as const);
          expect(tokensOf(pairs, SIDE)).toBeLessThanOrEqual(windowSize);
        }
        expect(new Set(all.flatMap((w) => w.window.frames.map((f) => f.at))).size).toBe(211);
        all.forEach((w, i) => expect(all[i + 1]?.window.frames[0]?.at ?? Infinity).toBe(w.next));
        expect(new Set(all.map((w) => w.window.id)).size).toBe(all.length);
      }
    }
  });

  it('pair a last frame that has no partner with itself', async () => {
    expect((await cut(frames(3))).map(span)).toEqual(['0..0.5 ×4 then Infinity']);
    expect(await cut(frames(0))).toEqual([]);
  });

  it('make room for frames that have become larger', async () => {
    const both = async function* (): AsyncGenerator<Frame> {
      yield* frames(12);
      for await (const f of frames(12, 0.25, 640)) yield { ...f, at: f.at + 3000 };
    };
    const all = await cut(both(), { overlapRatio: 0.8 });
    expect(new Set(all.flatMap((w) => w.window.frames.map((f) => f.at))).size).toBe(24);
  });

  it('that would not hold two pairs are refused', async () => {
    await expect(cut(frames(30), { windowSize: 60 })).rejects.toMatchObject({ code: 'USAGE', detail: 'A window of 60 tokens is too small for this video: two pairs of its frames take 68.' });
  });
});

it('tokens are counted as a checkpoint’s tokenizer counts them', async () => {
  const checkpoint = readCheckpoint(DEMO_MODEL);
  const tokenizer = new QwenTokenizer(checkpoint);
  const [whole] = await cut(frames(80, 3.17), { windowSize: 4000 });
  const shown = whole?.window.frames ?? [];
  const pairs = shown.filter((_, i) => i % 2 === 0).map((a, k) => [a, shown[2 * k + 1] ?? a] as const);
  const stamps = pairs.map(([a, b]) => (a.at + b.at) / 2000);
  const video = { stamps, perPatch: 24, token: checkpoint.config.videoToken, markup: 'plain' } as const;
  expect(tokensOf(pairs, SIDE)).toBe(chatTokens(tokenizer, 'x', video).length - chatTokens(tokenizer, 'x', undefined).length);
});

it('a window leaves room in the context for the question and the answer', () => {
  expect(boundedWindowSize(8192, 32_768)).toBe(8192);
  expect(boundedWindowSize(8192, 4096)).toBe(3072);
  expect(boundedWindowSize(8192, 512)).toBe(0);
});

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createQuestionLine } from '../../src/ask/line.ts';
import { saveClip } from '../../src/demo/clip.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import type { Room } from '../../src/demo/room.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { startAsking } from './asking.ts';
import { toldBy } from './told.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-ask-shared-'));
const video = join(folder, 'room.mp4');

beforeAll(() => saveClip(heldOutRooms(1, 14, 16)[0] as Room, join(folder, 'room'), { width: 384, height: 256, fps: 10 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('features outlive the model’s process where they have a folder: the same question is served from it', async () => {
  const features = join(folder, 'features');
  const config = { model: { name: DEMO_MODEL, device: 'cpu', features_dir: features } };
  const question = { prompt: 'What happens?', options: { time_range: '0:02-0:12' } };
  const usages: { visual_tokens: number; visual_tokens_cached: number }[] = [];
  const texts = new Set<string>();
  for (let run = 0; run < 2; run++) {
    const asking = await startAsking({ config });
    const { text, usage } = await asking.answer({ ...question, media_url: await asking.upload(video) });
    usages.push(usage);
    texts.add(text);
    await asking.close();
  }
  expect(readdirSync(features, { recursive: true }).filter((name) => String(name).endsWith('.features')).length).toBeGreaterThan(10);
  expect(usages[0]?.visual_tokens_cached).toBeLessThan(usages[0]?.visual_tokens ?? 0);
  expect(usages[1]?.visual_tokens_cached).toBe(usages[1]?.visual_tokens);
  expect(texts.size).toBe(1);
});

test('one question at a time, one that waits, and the next is refused; who waits hears that he does', async () => {
  const asking = await startAsking({ asker: () => ({ line: createQuestionLine({ now: Date.now, atOnce: 1, waiting: 1 }) }) });
  const media = await asking.upload(video);
  const body = { media_url: media, prompt: 'What happens?' };
  const first = await asking.ask(body, { accept: 'text/event-stream' });
  const told = toldBy(first);
  expect((await told.next()).value).toMatchObject({ event: 'progress', data: { stage: 'waiting' } });
  const second = await asking.ask(body, { accept: 'text/event-stream' });
  const waiting = toldBy(second);
  expect((await waiting.next()).value).toMatchObject({ event: 'progress', data: { stage: 'waiting' } });
  // its place in the line is taken with the next step
  const looking = waiting.next();
  await expect.poll(async () => (await asking.ask(body)).status, { interval: 10 }).toBe(429);
  for await (const { event } of told) if (event === 'done') break;
  expect((await looking).value).toMatchObject({ data: { stage: 'looking' } });
  for await (const { event } of waiting) if (event === 'done') break;
  expect((await asking.ask(body)).status).toBe(200);
  await asking.close();
});

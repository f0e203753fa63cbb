import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { videoLength } from '../../src/ask/footage.ts';
import { Uploads } from '../../src/ask/uploads.ts';
import { saveClip } from '../../src/demo/clip.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { createRoom } from '../../src/demo/room.ts';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { eventsPrompt } from '../../src/infer/prompts.ts';
import { chatServer } from './chatServer.ts';
import type { ChatServer } from './chatServer.ts';

type Part = Record<string, unknown>;

const folder = mkdtempSync(join(tmpdir(), 'lookout-chat-test-'));
const at = (name: string): string => join(folder, name);
const room = createRoom(7, { duration: 40 });
let server: ChatServer;
let uploads: Uploads;
let site: Server;
let base: string;
/** paths that were asked for */
const asked: string[] = [];

beforeAll(async () => {
  uploads = new Uploads({ dir: at('uploads'), most: 1e8, mostTogether: 1e9, keep: 3_600_000, now: Date.now, check: videoLength });
  await uploads.start();
  server = await chatServer(DEMO_MODEL, { uploads });
  await saveClip({ ...room, duration: 14, events: [], render: (t, w, h) => room.render(t, w, h) }, at('room'), { width: 384, height: 256, fps: 10 });
  const pictures = { 'a.jpg': '300x200', 'b.png': '64x64', 'c.webp': '640x480', 'd.gif': '100x40' };
  for (const [name, size] of Object.entries(pictures)) execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc=s=${size}:d=0.04:r=25`, '-frames:v', '1', at(name)]);
  writeFileSync(at('broken.png'), 'no picture');
  site = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/away') response.writeHead(302, { location: 'http://127.0.0.2:9/x' }).end();
    else if (request.url?.startsWith('/endless')) response.writeHead(200).write(Buffer.alloc(30 * 2 ** 20));
    else response.writeHead(200).end(readFileSync(at(request.url?.slice(1) ?? '')));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await server.stop();
  site.closeAllConnections();
  site.close();
  rmSync(folder, { recursive: true, force: true });
});

const data = (name: string, type: string): string => `data:${type};base64,${readFileSync(at(name)).toString('base64')}`;
const image = (url: string): Part => ({ type: 'image_url', image_url: { url, detail: 'high' } });
const video = (url: string): Part => ({ type: 'video_url', video_url: { url } });

async function say(parts: readonly Part[], more: Record<string, unknown> = {}): Promise<OpenAI.ChatCompletion & { usage: { prompt_tokens_details: { visual_tokens: number } } }> {
  const content = parts as unknown as OpenAI.ChatCompletionContentPart[];
  return (await server.client.chat.completions.create({ model: 'demo', messages: [{ role: 'user', content }], max_tokens: 4, ...more })) as never;
}

const visual = async (parts: readonly Part[], more: Record<string, unknown> = {}): Promise<number> => (await say(parts, more)).usage.prompt_tokens_details.visual_tokens;
const refusal = (parts: readonly Part[], more: Record<string, unknown> = {}): Promise<unknown> => say(parts, more).then(() => 'answered', (error: unknown) => error);
const left = (): string[] => readdirSync(tmpdir()).filter((name) => /^lookout-chat-(?!test)/.test(name));

interface Told {
  readonly event: string;
  readonly start: number;
  readonly end: number;
}

describe('a video', () => {
  test('of the demo’s room is told as it happened, with its own times', async () => {
    const order = {
      max_tokens: 400,
      response_format: { type: 'json_schema', json_schema: { name: 'events', schema: { ...EVENTS_SCHEMA } } },
    };
    expect(room.events).toHaveLength(5);
    let alone = 0;
    for (const [i, { text, start }] of room.events.entries()) {
      // three seconds, the happening after the first of them
      await saveClip({ ...room, duration: 3, events: [], render: (t, w, h) => room.render(start - 1 + t, w, h) }, at(`part-${i}`), { width: 384, height: 256, fps: 12 });
      const answer = await say([video(data(`part-${i}.mp4`, 'video/mp4')), { type: 'text', text: eventsPrompt([]) }], order);
      const events = JSON.parse(answer.choices[0]?.message.content ?? '') as Told[];
      expect(events.map((e) => e.event)).toContain(text);
      expect(Math.abs((events.find((e) => e.event === text)?.start ?? NaN) - 1)).toBeLessThan(0.6);
      if (events.length === 1) alone += 1;
    }
    expect(alone).toBeGreaterThanOrEqual(4);
  });

  test('has as many frames as are asked for, and no more than the model takes', async () => {
    const clip = video(data('room.mp4', 'video/mp4'));
    // 14 s; a pair of frames of 192 × 128 is 24 tokens
    const of = (fps?: number): Promise<number> => visual([clip], fps === undefined ? {} : { mm_processor_kwargs: { fps } });
    expect(await of(0.5)).toBe(4 * 24);
    expect(await of(1)).toBe(7 * 24);
    expect(await of(30)).toBe(8 * 24);
    expect(await of()).toBe(8 * 24);
  });

  test('may come as pictures, or by an address', async () => {
    const urls = ['b.png', 'b.png', 'b.png'].map((name) => data(name, 'image/png'));
    expect(await visual([{ type: 'video', video: urls, fps: 4 }])).toBe(2 * 4);
    expect(await visual([video(`${base}/room.mp4`)])).toBe(8 * 24);
    expect(asked).toContain('/room.mp4');
    const { id } = await uploads.add(createReadStream(at('room.mp4')), new AbortController().signal);
    expect(await visual([video(`upload:${id}`)])).toBe(8 * 24);
    // it is still there, and can be removed
    expect(await uploads.remove(id)).toBe(true);
  });
});

describe('a video as one address of JPEGs, as vLLM takes it', () => {
  const frames = (count: number): Part => video(`data:video/jpeg;base64,${Array.from({ length: count }, () => data('a.jpg', 'image/jpeg').split(',')[1]).join(',')}`);
  const times = (indices: number[], more: object = {}): Part => ({ media_io_kwargs: { video: { fps: 1000, frames_indices: indices, total_num_frames: 4001, do_sample_frames: false, num_frames: -1, ...more } } });

  test('has its own times', async () => {
    expect(await visual([frames(4)], times([0, 250, 900, 4000]))).toBe(2 * 24);
    // two stamps of a digit more: 10.1 and 44.0 in place of 0.1 and 2.5
    const tokens = (indices: number[]): Promise<number | undefined> => say([frames(4)], times(indices)).then(({ usage }) => usage?.prompt_tokens);
    expect((await tokens([10_000, 10_250, 40_000, 48_000])) ?? 0).toBeGreaterThan((await tokens([0, 250, 900, 4000])) ?? 0);
  });

  test('is refused where the times are not of its frames, or of a file', async () => {
    await expect(visual([frames(4)], times([0, 250, 900]))).rejects.toThrow('4 frames and 3 places');
    await expect(visual([frames(2)], times([500, 250]))).rejects.toThrow('in order');
    await expect(visual([frames(2)], times([0, 250], { do_sample_frames: true }))).rejects.toThrow('media_io_kwargs');
    await expect(visual([video(data('room.mp4', 'video/mp4'))], times([0, 250]))).rejects.toThrow('is a file');
  });
});

describe('pictures', () => {
  test('of several kinds and sizes are seen, as large as the model takes them', async () => {
    const parts = [image(data('a.jpg', 'image/jpeg')), image(data('b.png', 'image/png')), { type: 'text', text: 'and' }, image(data('c.webp', 'image/webp')), image(data('d.gif', 'image/gif'))];
    // 192 × 128, 64 × 64, 160 × 128 and 96 × 32
    expect(await visual(parts)).toBe(24 + 4 + 20 + 3);
    expect(await visual([image(`${base}/a.jpg`)])).toBe(24);
  });

  test('stay in a conversation', async () => {
    const content = [image(data('a.jpg', 'image/jpeg')), { type: 'text', text: 'What is it?' }] as unknown as OpenAI.ChatCompletionContentPart[];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content }];
    const first = await server.client.chat.completions.create({ model: 'demo', messages, max_tokens: 4 });
    const next = await server.client.chat.completions.create({
      model: 'demo', max_tokens: 4, messages: [...messages, { role: 'assistant', content: first.choices[0]?.message.content ?? '' }, { role: 'user', content: 'And now?' }],
    });
    expect(next.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThanOrEqual((first.usage?.prompt_tokens ?? 0) - 1);
  });
});

describe('what cannot be shown', () => {
  test.each([
    ['an address of the machine’s own network', () => image('http://169.254.169.254/latest/meta-data'), 'ADDRESS_REFUSED'],
    ['another scheme', () => image('file:///etc/passwd'), 'CHAT_INVALID'],
    ['a path', () => video('/etc/passwd'), 'CHAT_INVALID'],
    ['an upload that is not there', () => video('upload:0123456789abcdef0123456789abcdef'), 'UPLOAD_NOT_FOUND'],
    ['a redirect elsewhere', () => image(`${base}/away`), 'REDIRECT_REFUSED'],
    ['what has no end', () => image(`${base}/endless`), 'MEDIA_UNREACHABLE'],
    ['no picture', () => image(data('broken.png', 'image/png')), 'CHAT_INVALID'],
    ['a video that is a picture', () => image(data('room.mp4', 'image/png')), 'CHAT_INVALID'],
    ['no video', () => video(data('broken.png', 'video/mp4')), 'CHAT_INVALID'],
    ['a data URL of something else', () => image(data('b.png', 'text/html')), 'CHAT_INVALID'],
    ['a data URL without bytes', () => image('data:image/png;base64,'), 'CHAT_INVALID'],
    ['a playlist', () => video(`data:video/mp4;base64,${Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n').toString('base64')}`), 'CHAT_INVALID'],
  ])('%s is refused', async (_name, part, code) => {
    expect(await refusal([part()])).toMatchObject({ code });
    expect(left()).toEqual([]);
  });

  test('more of it than can be taken', async () => {
    const url = data('b.png', 'image/png');
    expect(await refusal(Array.from({ length: 65 }, () => image(url)))).toMatchObject({ code: 'CHAT_INVALID', param: 'messages' });
    expect(await refusal(Array.from({ length: 5 }, () => video(data('room.mp4', 'video/mp4'))))).toMatchObject({ code: 'CHAT_INVALID' });
  });

  test('a picture names its place', async () => {
    expect(await refusal([{ type: 'text', text: 'x' }, image('data:nothing')])).toMatchObject({ status: 400, param: 'messages.0.content.1.image_url' });
  });
});

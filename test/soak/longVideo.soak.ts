import { execFileSync } from 'node:child_process';
import { openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { MultimodalAnswer } from '../../src/api/schemas/multimodal.ts';
import { saveClip } from '../../src/demo/clip.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { startAsking } from '../ask/asking.ts';
import { toldBy } from '../ask/told.ts';

/** MB that a process may have grown by over the second half of an hour of video, caches having come to their size in the first. */
const GROWTH = 32;
const MINUTES = Number(process.env.LOOKOUT_SOAK_MINUTES ?? 60);

test('an hour of video through POST /v1/multimodal/generate takes no more memory than half of it', async () => {
  // the cache of features is full soon, so that its growth up to its bound is not in the figures
  const asking = await startAsking({ config: { model: { name: DEMO_MODEL, device: 'cpu', features_mb: 4 } }, most: 500e6 });
  onTestFinished(() => asking.close());
  const [room] = heldOutRooms(1, 12, 60);
  if (!room) throw new Error('there is no such room');
  const [minute, long] = ['minute', 'long.mp4'].map((file) => join(asking.folder, file)) as [string, string];
  await saveClip(room, minute, { width: 384, height: 256, fps: 10 });
  execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', String(MINUTES - 1), '-i', `${minute}.mp4`, '-c', 'copy', long]);
  const uploaded = await asking.api.post('/v1/uploads', (await openAsBlob(long)).stream(), { scope: 'editor', headers: { 'content-type': 'video/mp4' } });
  expect(uploaded.status).toBe(201);
  const { media_url: media } = (await uploaded.json()) as { media_url: string };

  const began = Date.now();
  const memory: { at: number; mb: Record<string, number> }[] = [];
  let answer: MultimodalAnswer | undefined;
  const response = await asking.ask({ media_url: media, prompt: 'when does someone pick up the phone?' }, { accept: 'text/event-stream' });
  for await (const { event, data } of toldBy(response)) {
    if (event === 'done') answer = data as MultimodalAnswer;
    if (event === 'error') throw new Error(JSON.stringify(data));
    if (event === 'progress') memory.push({ at: (data as { at: number | null }).at ?? 0, mb: residents(asking.model.childPid) });
  }
  const least = (from: number, to: number, of: string): number => Math.min(...memory.filter((m) => m.at >= from * MINUTES * 60_000 && m.at < to * MINUTES * 60_000).map((m) => m.mb[of] ?? Infinity));
  const names = ['daemon', 'model', 'decoder'] as const;
  const grown = Object.fromEntries(names.map((of) => [of, Math.round(least(0.9, Infinity, of) - least(0.4, 0.5, of))]));
  const most = Object.fromEntries(names.map((of) => [of, Math.round(Math.max(...memory.map((m) => m.mb[of] ?? 0)))]));
  process.stdout.write(`${JSON.stringify({ minutes: MINUTES, seconds: Math.round((Date.now() - began) / 1000), events: answer?.timestamps.length, usage: answer?.usage, grown_mb: grown, most_mb: most })}\n`);
  expect(answer?.looked_at[0]?.end).toBeGreaterThan((MINUTES * 60 - 2) * 1000);
  expect(answer?.timestamps.length).toBeGreaterThan(0.8 * MINUTES * room.events.length);
  for (const of of names) expect([of, (grown[of] ?? Infinity) < GROWTH]).toEqual([of, true]);
});

/** Resident MB of this process and its children: the model, and the decoder of the video. */
function residents(model: number | undefined): Record<string, number> {
  const mine = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(/PPid:\s+(\d+)/.exec(statusOf(pid))?.[1]) === process.pid);
  const decoder = mine.find((pid) => Number(pid) !== model && /fileChild/.test(commandOf(pid)));
  return { daemon: process.memoryUsage().rss / 2 ** 20, model: residentMb(String(model)), ...(decoder ? { decoder: residentMb(decoder) } : {}) };
}

function residentMb(pid: string): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(statusOf(pid))?.[1] ?? NaN) / 1024;
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // it has ended
    return '';
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // it has ended
    return '';
  }
}

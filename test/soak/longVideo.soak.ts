import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { modelProcessOptions } from '../../src/daemon/settings.ts';
import { askVideo } from '../../src/daemon/videoFile.ts';
import { saveClip } from '../../src/demo/clip.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { DEMO_SETTINGS } from '../../src/demo/settings.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { createLogger } from '../../src/health/log.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';

/** MB that a process may have grown by over ten minutes of video, after ten in which heaps and caches came to their size. */
const GROWTH = 32;

test('twenty minutes of video take no more memory than ten', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-long-'));
  const stop = new AbortController();
  // the cache of features is full soon, so that its growth up to its bound is not in the figures
  const config = configSchema.parse({ model: { name: DEMO_MODEL, device: 'cpu', features_mb: 4 }, ...DEMO_SETTINGS });
  const model = startModelProcess(modelProcessOptions(config), stop.signal, createLogger({ level: 'silent' }));
  onTestFinished(async () => {
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const [room] = heldOutRooms(1, 12, 60);
  if (!room) throw new Error('there is no such room');
  await saveClip(room, join(folder, 'minute'), { width: 384, height: 256, fps: 10 });
  execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', '19', '-i', join(folder, 'minute.mp4'), '-c', 'copy', join(folder, 'long.mp4')]);
  await model.ready;

  const memory: { at: number; here: number; model: number }[] = [];
  let events = 0;
  for await (const step of askVideo(join(folder, 'long.mp4'), {}, model, config, stop.signal)) {
    if (step.kind === 'event') events += 1;
    if (step.kind === 'progress') memory.push({ at: step.at / 1000, here: process.memoryUsage().rss / 2 ** 20, model: residentMb(model.childPid) });
  }
  const least = (from: number, to: number, of: 'here' | 'model'): number => Math.min(...memory.filter((m) => m.at >= from && m.at < to).map((m) => m[of]));
  const most = (of: 'here' | 'model'): number => Math.max(...memory.map((m) => m[of]));
  const grown = { here: least(1080, Infinity, 'here') - least(480, 600, 'here'), model: least(1080, Infinity, 'model') - least(480, 600, 'model') };
  process.stdout.write(`${JSON.stringify({ windows: memory.length, events, grown, most: { here: most('here'), model: most('model') } })}\n`);
  expect(memory.at(-1)?.at).toBeGreaterThan(1190);
  expect(events).toBeGreaterThan(16 * room.events.length);
  expect(grown.here).toBeLessThan(GROWTH);
  expect(grown.model).toBeLessThan(GROWTH);
});

function residentMb(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

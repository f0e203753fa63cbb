import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRoom } from '../../src/demo/room.ts';
import type { Room } from '../../src/demo/room.ts';
import { evaluateClips } from '../../src/eval/evaluateClips.ts';
import { findLabelledVideos } from '../../src/eval/labels.ts';
import { videoClip } from '../../src/eval/videoClip.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { oracle } from './oracle.ts';

const FRAMES = { fps: 8, frameSize: { minPixels: 192 * 128, maxPixels: 192 * 128 } };
const room = createRoom(busySeed(), { duration: 12 });
let folder = '';

/** A room in which something happens early. */
function busySeed(): number {
  for (let seed = 40; ; seed++) if (createRoom(seed, { duration: 12 }).events.length >= 2) return seed;
}

/** The room as a camera would record it: H.264 with B-frames. */
async function film(of: Room, path: string): Promise<void> {
  const args = '-v error -y -f rawvideo -pix_fmt rgb24 -s 384x256 -r 15 -i - -c:v libx264 -preset veryfast -bf 2 -pix_fmt yuv420p'.split(' ');
  const ffmpeg = spawn('ffmpeg', [...args, path], { stdio: ['pipe', 'ignore', 'inherit'] });
  const exit = once(ffmpeg, 'exit');
  for (let i = 0; i < of.duration * 15; i++) {
    if (!ffmpeg.stdin.write(of.render(i / 15, 384, 256))) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  expect((await exit)[0]).toBe(0);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lookout-eval-'));
  await film(room, join(folder, 'room.mp4'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const rule = (id: string, alert: string): Rule => ({ id, alert, cameras: [], cooldown: 0, severity: 'info', threshold: 0.5, enabled: true });

/** Labels in other words than the model's; the first satisfies the rule "first". */
async function label(withRules: boolean): Promise<void> {
  const labels = room.events.map((e, i) => ({
    event: `somehow, ${e.text}`,
    start: e.start,
    end: e.end,
    ...(withRules ? { rules: i === 0 ? ['first'] : [] } : {}),
  }));
  await writeFile(join(folder, 'room.json'), JSON.stringify(labels));
}

test.each([true, false])('a labelled video file is scored like a camera; labels that name rules: %s', async (withRules) => {
  await label(withRules);
  const first = room.events[0]?.text ?? '';
  const rules = [rule('first', 'the first thing'), rule('never', 'what never happens'), { ...rule('off', 'the first thing'), enabled: false }];
  const clips = (await findLabelledVideos(folder)).map((v) => videoClip(v, rules, FRAMES));
  const knows = oracle(room.events, {
    // reads labels and events alike, whatever the wording
    score: (event, asked) => {
      if (asked.includes('the first thing')) return event.endsWith(first) ? 0.9 : 0.1;
      return event.endsWith(asked) || asked.endsWith(event) ? 0.9 : 0.1;
    },
  });
  const report = await evaluateClips(clips, [knows], { meaning: 'model' });
  expect(report.mistakes).toEqual([]);
  expect(report.events).toMatchObject({ recall: 1, precision: 1, labelled: room.events.length });
  expect(report.events.onsetError.mean).toBeLessThan(0.1);
  expect(report.rules).toMatchObject({ recall: 1, precision: 1, duplicate: 0, truth: withRules ? 'labels' : 'model' });
  expect(report.rules?.expected).toBe(room.events.filter((e) => !withRules && e.text === first).length || 1);
}, 60_000);

test('a file that is no video is told', async () => {
  await writeFile(join(folder, 'broken.mp4'), 'no video');
  await writeFile(join(folder, 'broken.json'), '[]');
  const [video] = await findLabelledVideos(join(folder, 'broken.mp4'));
  if (!video) throw new Error('not found');
  await expect(evaluateClips([videoClip(video, [], FRAMES)], [oracle([])], { meaning: 'model' })).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE' });
}, 60_000);

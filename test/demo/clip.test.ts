import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { saveClip } from '../../src/demo/clip.ts';
import { createRoom } from '../../src/demo/room.ts';
import { parseLabels } from '../../src/eval/labels.ts';

test('films a story into a video with B-frames, with labels that an evaluation reads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-clip-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const room = createRoom(12, { duration: 9 });
  await saveClip(room, join(folder, 'room'), { width: 192, height: 128, fps: 15 });
  const said = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height,has_b_frames,nb_frames', '-of', 'json', join(folder, 'room.mp4')], { encoding: 'utf8' });
  expect(JSON.parse(said)).toMatchObject({ streams: [{ codec_name: 'h264', width: 192, height: 128, has_b_frames: 2, nb_frames: '135' }] });
  const file = join(folder, 'room.json');
  const labels = parseLabels(readFileSync(file, 'utf8'), file);
  expect(labels.map((label) => label.event)).toEqual(room.events.map((event) => event.text));
});

test('says why a video cannot be written', async () => {
  await expect(saveClip(createRoom(12, { duration: 6 }), '/nowhere/room')).rejects.toThrow(/ENOENT/);
});

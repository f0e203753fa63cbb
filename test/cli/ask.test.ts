import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveClip } from '../../src/demo/clip.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { pairHappenings } from '../../src/eval/score.ts';
import type { Happening } from '../../src/eval/score.ts';
import { calledHere, MODEL, workFolder } from './lookout.ts';

interface Line {
  readonly event: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

const room = heldOutRooms(3, 11, 60)[2];
if (!room) throw new Error('there is no such room');
const folder = mkdtempSync(join(tmpdir(), 'lookout-ask-'));
const video = join(folder, 'room.mp4');

beforeAll(() => saveClip(room, join(folder, 'room'), { width: 384, height: 256, fps: 10 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function events(...args: string[]): Promise<{ lines: Line[]; stdout: string }> {
  const { code, stdout, stderr } = await calledHere(folder, ['ask', video, '--model', DEMO_MODEL, '--device', 'cpu', '--json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { lines: stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line), stdout };
}

function matched(lines: readonly Line[], labelled: readonly Happening[]): number {
  return pairHappenings(lines.map((l) => ({ ...l, text: l.event })), labelled, (said, truth) => said.text === truth.text, 1).length;
}

test('the events of a minute come through small windows as they happened, and the same ones again', async () => {
  const { lines, stdout } = await events();
  expect(room.events.length).toBeGreaterThan(9);
  expect(matched(lines, room.events) / room.events.length).toBeGreaterThanOrEqual(0.85);
  expect(matched(lines, room.events) / lines.length).toBeGreaterThanOrEqual(0.8);
  expect((await events()).stdout).toBe(stdout);
});

test('a part of it has the events of that time, on the file’s own time line', async () => {
  const { lines } = await events('--from', '0:20', '--to', '45.5', '--window-size', '170', '--overlap-ratio', '0.5');
  const within = room.events.filter((e) => e.start > 21 && e.end < 45);
  expect(lines.every((l) => l.start >= 20 && l.end <= 45.5)).toBe(true);
  expect(matched(lines, within) / within.length).toBeGreaterThanOrEqual(0.75);
});

test('people get a table, and a question an answer for each window', async () => {
  const listed = await calledHere(folder, ['ask', video, '--model', DEMO_MODEL, '--device', 'cpu', '--to', '20']);
  expect(listed.stdout.split('\n')[0]).toMatch(/^START +END +SURE +EVENT$/);
  expect(listed.stdout.split('\n')[1]).toMatch(/^0:\d\d\.\d +0:\d\d\.\d +\d+ % +/);
  const asked = await calledHere(folder, ['ask', video, 'Who is in the room at the end?', '--model', DEMO_MODEL, '--device', 'cpu', '--to', '20']);
  const rows = asked.stdout.trimEnd().split('\n');
  expect(rows[0]).toMatch(/^FROM +TO +ANSWER$/);
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.slice(1).every((row) => /(?:person in \w+|Nobody)\.$/.test(row))).toBe(true);
});

test('a question for something that happens is answered by when it did', async () => {
  const [first] = room.events.filter((e) => e.wear !== null);
  const { code, stdout } = await calledHere(folder, ['ask', video, first?.text ?? '', '--model', DEMO_MODEL, '--device', 'cpu']);
  const rows = stdout.trimEnd().split('\n');
  expect({ code, header: /^START +END +SURE +EVENT$/.test(rows[0] ?? '') }).toEqual({ code: 0, header: true });
  expect(rows).toHaveLength(1 + room.events.filter((e) => e.text === first?.text).length);
  expect(rows.slice(1).every((row) => row.endsWith(first?.text ?? '?'))).toBe(true);
});

test.each([
  ['a file that is not there', ['nowhere.mp4'], 'VIDEO_UNREADABLE: There is no nowhere.mp4 here.', 1],
  ['what is no video', ['broken.mp4'], 'VIDEO_UNREADABLE: ', 1],
  ['a time that is none', [video, '--from', 'noon'], 'USAGE: option \'--from <time>\' argument \'noon\' is invalid. A time in the video: 15, 0:15 or 1:02:03.5.', 2],
  ['a range that ends before it begins', [video, '--from', '0:30', '--to', '20'], 'USAGE: --from is not before --to.', 2],
  ['a range beyond the end', [video, '--from', '2:00'], 'USAGE: The range begins at 120 s; the video is 60', 2],
  ['windows that hold nothing', [video, '--window-size', '40'], 'USAGE: ', 2],
  ['a model that is not there', [video, '--model', 'nowhere'], 'MODEL_NOT_FOUND: nowhere holds no config.json.', 1],
])('%s is told', async (_, args, message, exit) => {
  writeFileSync(join(folder, 'broken.mp4'), 'no video');
  const { code, stdout, stderr } = await calledHere(folder, ['ask', '--model', MODEL, '--device', 'cpu', ...args]);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
});

test('without a model of its own it asks that of the configuration', async () => {
  const work = workFolder();
  const { code, stdout, stderr } = await calledHere(work, ['ask', video, '--to', '4', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const line of stdout.split('\n').filter(Boolean)) expect(Object.keys(JSON.parse(line) as object)).toEqual(['event', 'start', 'end', 'uncertainty', 'confidence']);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findLabelledVideos, parseLabels } from '../../src/eval/labels.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lookout-labels-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('findLabelledVideos', () => {
  test('takes one video or a folder of them', async () => {
    for (const name of ['b.mp4', 'a.mkv', 'notes.txt']) await writeFile(join(folder, name), '');
    await writeFile(join(folder, 'a.json'), '[]');
    await writeFile(join(folder, 'b.json'), '[{"event": "y", "start": 5, "end": 6}, {"event": " x ", "start": 1, "end": 2.5}]');
    expect((await findLabelledVideos(folder)).map((v) => [v.name, v.labels.map((l) => l.event)])).toEqual([['a', []], ['b', ['x', 'y']]]);
    expect(await findLabelledVideos(join(folder, 'a.mkv'))).toHaveLength(1);
  });

  test('says what is missing', async () => {
    await expect(findLabelledVideos(join(folder, 'none.mp4'))).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE' });
    await expect(findLabelledVideos(folder)).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE' });
    await writeFile(join(folder, 'a.mp4'), '');
    await expect(findLabelledVideos(folder)).rejects.toMatchObject({ code: 'LABELS_INVALID' });
  });
});

test.each([
  ['[{"event": "x", "start": 1}]', '[0.end]'],
  ['[{"event": "x", "start": 2, "end": 1}]', 'end lies before start'],
  ['[{"event": "x", "start": 0, "end": 1, "stop": 1}]', 'stop'],
  ['{"event": "x"}', 'array'],
  ['[', 'JSON'],
])('refuses %s', (text, hint) => {
  expect(() => parseLabels(text, 'hall.json')).toThrow(expect.objectContaining({ code: 'LABELS_INVALID', detail: expect.stringContaining(hint) }));
});

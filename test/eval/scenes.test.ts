import { expect, test } from 'vitest';
import { KINDS } from '../../src/demo/story.ts';
import { rulesFor } from '../../src/demo/phrases.ts';
import { HELD_OUT_SEEDS, heldOutScenes } from '../../src/eval/scenes.ts';
import type { Frame } from '../../src/values.ts';

const scenes = heldOutScenes(12, 7, 20);

test('scenes are the same every time, and other ones for another set', () => {
  expect(heldOutScenes(12, 7, 20).map((s) => [s.name, s.labels, s.rules])).toEqual(scenes.map((s) => [s.name, s.labels, s.rules]));
  expect(new Set([...scenes, ...heldOutScenes(12, 8, 20)].map((s) => s.name)).size).toBe(24);
  expect(Math.min(...scenes.map((s) => Number(s.name.split(' ')[1])))).toBeGreaterThanOrEqual(HELD_OUT_SEEDS);
});

test('rules are worded as no training has seen', () => {
  const trained = new Set(KINDS.flatMap((k) => [null, 'red', 'blue', 'green', 'yellow', 'white'].flatMap((w) => rulesFor(k, w as 'red' | null, 'train'))).map((r) => r.text));
  const rules = scenes.flatMap((s) => s.rules.map((r) => r.alert));
  expect(rules.length).toBeGreaterThan(24);
  expect(rules.filter((r) => trained.has(r))).toEqual([]);
});

test('what satisfies a rule is told label by label', () => {
  const hits = scenes.flatMap((s) => s.satisfied?.flat() ?? []);
  expect(hits.length).toBeGreaterThan(12);
  for (const scene of scenes) {
    expect(scene.satisfied).toHaveLength(scene.labels.length);
    const ids = new Set(scene.rules.map((r) => r.id));
    expect(scene.satisfied?.flat().every((id) => ids.has(id))).toBe(true);
    // rules that nothing satisfies show false alerts
    expect(scene.rules.length).toBeGreaterThan(new Set(scene.satisfied?.flat()).size);
  }
});

test('frames come in the file\'s own time', () => {
  const [scene] = heldOutScenes(1, 0, 2);
  const frames = [...((scene?.frames() ?? []) as Iterable<Frame>)];
  expect(frames).toHaveLength(15);
  expect(frames[3]).toMatchObject({ at: 400, pts: 0.4, timeSource: 'file', width: 192, height: 128 });
  expect(frames.every((f) => f.data.length === 192 * 128 * 3)).toBe(true);
});

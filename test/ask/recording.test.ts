import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MultimodalAnswer } from '../../src/api/schemas/multimodal.ts';
import type { Room } from '../../src/demo/room.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { pairHappenings } from '../../src/eval/score.ts';
import { openRecordings } from '../../src/recordings/recordings.ts';
import { EPOCH } from '../media/recorded.ts';
import { startAsking } from './asking.ts';
import type { Asking } from './asking.ts';
import { recordRoom } from './recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-ask-recording-'));
const room = heldOutRooms(3, 11, 60)[2] as Room;
/** What of the story is recorded, seconds. */
const RECORDED = [[0, 22], [38, 60]] as const;
let asking: Asking;

beforeAll(async () => {
  await recordRoom(room, folder, RECORDED);
  const recordings = openRecordings({ folder: join(folder, 'recordings') });
  asking = await startAsking({ asker: () => ({ recordings, now: () => EPOCH + 3_600_000 }) });
});
afterAll(async () => {
  await asking.close();
  rmSync(folder, { recursive: true, force: true });
});

function matched({ timestamps }: MultimodalAnswer): { said: { start: number }; truth: Room['events'][number] }[] {
  const said = timestamps.map((t) => ({ text: t.event, start: (t.start - EPOCH) / 1000, end: (t.end - EPOCH) / 1000 }));
  return pairHappenings(said, room.events, (a, b) => a.text === b.text, 1);
}

describe('a camera that was recorded', () => {
  test('is looked at where it was, on the wall clock; of the rest the log tells', async () => {
    const gap = { start: EPOCH + 30_000, end: EPOCH + 30_900 };
    asking.store.putEvent({
      id: 'logged', camera: 'room', text: 'a dog barks', ...gap, startUncertainty: 120, endUncertainty: 80, timeSource: 'rtcp', phase: 'end', windowId: 'w', model: 'demo', confidence: 0.9,
      sightings: 2, detectedAt: gap.end, latency: { capture: 1, queue: 1, infer: 1 },
    });
    const answer = await asking.answer({ camera: 'room', prompt: 'what happened?', options: { time_range: [EPOCH, EPOCH + 60_000] } });
    const inside = room.events.filter((e) => RECORDED.some(([from, to]) => e.start > from + 0.5 && e.end < to - 0.5));
    const found = matched(answer).filter(({ truth }) => inside.includes(truth));
    expect(found.length).toBeGreaterThanOrEqual(0.8 * inside.length);
    const errors = found.map(({ said, truth }) => Math.abs(said.start - truth.start)).toSorted((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThan(0.3);
    expect(answer.source).toBe('recording');
    // from keyframe to keyframe
    const looked = answer.looked_at.map(({ start, end }) => [start - EPOCH, end - EPOCH]);
    expect(looked.map(([from = 0, to = 0], i) => [from <= (RECORDED[i]?.[0] ?? 0) * 1000 + 1, to >= (RECORDED[i]?.[1] ?? 0) * 1000 - 150, to < (RECORDED[i]?.[1] ?? 0) * 1000 + 1500])).toEqual(RECORDED.map(() => [true, true, true]));
    expect(answer.timestamps.filter((t) => t.source === 'events').map((t) => [t.event_id, t.start_at])).toEqual([['logged', new Date(gap.start).toISOString()]]);
    expect(answer.timestamps.map((t) => t.start)).toEqual(answer.timestamps.map((t) => t.start).toSorted((a, b) => a - b));
  });

  test('of a recording alone, or of the log alone, where that is wished', async () => {
    const range = [EPOCH + 25_000, EPOCH + 60_000];
    const recorded = await asking.answer({ camera: 'room', prompt: 'what happened?', options: { time_range: range, source: 'recording' } });
    expect(new Set(recorded.timestamps.map((t) => t.source))).toEqual(new Set(['recording']));
    const logged = await asking.answer({ camera: 'room', prompt: 'what happened?', options: { time_range: range, source: 'events' } });
    expect([logged.source, logged.timestamps.map((t) => t.event), logged.usage.windows]).toEqual(['events', ['a dog barks'], 0]);
  });

  test('that is no longer configured can still be asked about', async () => {
    const body = { camera: 'room', prompt: 'what happened?', options: { time_range: [EPOCH, EPOCH + 5000] } };
    const without = await startAsking({ config: { cameras: [] }, asker: () => ({ recordings: openRecordings({ folder: join(folder, 'recordings') }), now: () => EPOCH + 3_600_000 }) });
    expect((await without.answer(body)).source).toBe('recording');
    await without.close();
  });
});

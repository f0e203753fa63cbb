import { describe, expect, onTestFinished, test } from 'vitest';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import type { MultimodalAnswer } from '../../src/api/schemas/multimodal.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import type { Room } from '../../src/demo/room.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { pairHappenings } from '../../src/eval/score.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import { recordRoom } from '../ask/recorded.ts';
import { EPOCH } from '../media/recorded.ts';
import { calledHere, workFolder } from './lookout.ts';

const CONFIG = 'cameras: [{ id: room, url: "rtsp://127.0.0.1/room" }]\nrecordings: { dir: ../recordings }';

/** A folder with a log in which somebody picked up the phone yesterday at 14:05:17. */
function withPast(): { folder: string; at: number } {
  const folder = workFolder(CONFIG, {});
  const day = new Date();
  const at = new Date(day.getFullYear(), day.getMonth(), day.getDate() - 1, 14, 5, 17).getTime();
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  const rest = { camera: 'room', startUncertainty: 120, endUncertainty: 80, timeSource: 'rtcp', phase: 'end', windowId: 'w', model: 'demo', confidence: 0.9, sightings: 2, latency: { capture: 1, queue: 1, infer: 1 } } as const;
  store.putEvent({ ...rest, id: 'a', text: 'a person in red picks up the phone', start: at, end: at + 900, detectedAt: at });
  store.putEvent({ ...rest, id: 'b', text: 'the light goes off', start: at + 60_000, end: at + 60_100, detectedAt: at });
  store.close();
  return { folder, at };
}

describe('lookout ask --camera', () => {
  test('answers from the log, with the range as it was understood', async () => {
    const { folder } = withPast();
    const { code, stdout, stderr } = await calledHere(folder, ['ask', '--camera', 'room', 'what happened?', '--when', 'yesterday 14:00-14:20']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^room, \d{4}-\d\d-\d\d 14:00:00 – 14:20:00 \(.+\), from the log:$/m);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^START +LASTED +SURE +EVENT$/), expect.stringMatching(/14:05:17\.0 ±0\.1 s +0\.9 s +90 % +a person in red picks up the phone$/), expect.stringMatching(/14:06:17\.0 .* the light goes off$/),
    ]);
    // the last sign of life is missing, so nothing is said of what was not watched
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  test('in Chinese, and as programs get it from the API', async () => {
    const { folder, at } = withPast();
    const { code, stdout } = await calledHere(folder, ['ask', '--camera', 'room', '发生了什么？', '--when', '昨天下午2点到2点20分', '--json']);
    const answer = JSON.parse(stdout) as MultimodalAnswer;
    expect({ code, source: answer.source, starts: answer.timestamps.map((t) => t.start) }).toEqual({ code: 0, source: 'events', starts: [at, at + 60_000] });
  });

  test('looks at the recording where there is one', async () => {
    const { folder } = withPast();
    const room = heldOutRooms(3, 11, 60)[2] as Room;
    await recordRoom(room, folder, [[0, 24]]);
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const config = join(folder, 'configs', 'lookout.yaml');
    const { readFileSync, writeFileSync } = await import('node:fs');
    writeFileSync(config, readFileSync(config, 'utf8').replace(/^model: .*$/m, `model: { name: ${DEMO_MODEL}, device: cpu }`));
    const [from, to] = [new Date(EPOCH).toISOString(), new Date(EPOCH + 22_000).toISOString()];
    const { stdout } = await calledHere(folder, ['ask', '--camera', 'room', 'what happened?', '--when', `${from} to ${to}`, '--json']);
    const answer = JSON.parse(stdout) as MultimodalAnswer;
    const truth = room.events.filter((e) => e.start > 0.5 && e.end < 21.5);
    const said = answer.timestamps.map((t) => ({ text: t.event, start: (t.start - EPOCH) / 1000, end: (t.end - EPOCH) / 1000 }));
    expect(answer.source).toBe('recording');
    expect(pairHappenings(said, truth, (a, b) => a.text === b.text, 1).length).toBeGreaterThanOrEqual(truth.length - 1);
  });

  test.each([
    ['a camera that is not there', ['--camera', 'yard', 'what happened?'], 'CAMERA_NOT_FOUND: There is no camera yard.', 1], ['no time', ['--camera', 'room', 'x', '--when', 'phone'], 'TIME_UNPARSABLE: "phone"', 1],
    ['a time ahead', ['--camera', 'room', 'x', '--when', 'next week'], 'RANGE_AHEAD: ', 1], ['a file and a camera', ['--camera', 'room', 'video.mp4', 'what happened?'], 'USAGE: with --camera there is a question only, and no file.', 2],
    ['a file’s range', ['--camera', 'room', 'x', '--from', '15'], 'USAGE: --from and --to are of files', 2], ['a name that is none', ['--camera', '../x', 'x'], 'USAGE: option \'--camera <id>\'', 2],
    ['a window that is too small', ['--camera', 'room', 'x', '--window-size', '5'], 'USAGE: options.window_size: ', 2],
  ])('%s is told', async (_, args, message, exit) => {
    const { code, stdout, stderr } = await calledHere(withPast().folder, ['ask', ...args]);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
  });

  test('where nothing has been watched yet, that is told', async () => {
    const { code, stderr } = await calledHere(workFolder(CONFIG), ['ask', '--camera', 'room', 'x']);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('STORE_OPEN: ') as string });
  });
});

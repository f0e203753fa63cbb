import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { MultimodalAnswer } from '../../src/api/schemas/multimodal.ts';
import { saveClip } from '../../src/demo/clip.ts';
import type { Room } from '../../src/demo/room.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { pairHappenings } from '../../src/eval/score.ts';
import { openRecordings } from '../../src/recordings/recordings.ts';
import { recordRoom } from '../ask/recorded.ts';
import { seedRequest, startAsking } from '../ask/asking.ts';
import { EPOCH } from '../media/recorded.ts';

/** How right POST /v1/multimodal/generate is, on labelled videos of rooms that no training has seen: `npm run bench:ask -- --count 12`. */
const { values } = parseArgs({ options: { count: { type: 'string', default: '12' }, set: { type: 'string', default: '33' }, seconds: { type: 'string', default: '40' } } });
const duration = Number(values.seconds);
const rooms = heldOutRooms(Number(values.count), Number(values.set), duration);

interface Score {
  labelled: number;
  said: number;
  readonly onset: number[];
  readonly end: number[];
}

/** Events of the answer against those of the truth within `[from, to]` (s); the answer's times count from `zero` (ms). */
function judge(score: Score, room: Room, { timestamps }: MultimodalAnswer, [from, to]: readonly [number, number], zero: number): void {
  const said = timestamps.map((t) => ({ text: t.event, start: (t.start - zero) / 1000, end: (t.end - zero) / 1000 }));
  // what the range cuts off is known in part only
  const truth = room.events.filter((e) => e.start >= from && e.end <= to);
  const near = room.events.filter((e) => e.end > from && e.start < to);
  const pairs = pairHappenings(said, near, (a, b) => a.text === b.text, 1);
  score.labelled += truth.length;
  score.said += said.length - pairs.filter(({ truth: t }) => !truth.includes(t)).length;
  for (const { said: s, truth: t } of pairs.filter((p) => truth.includes(p.truth))) {
    score.onset.push(Math.abs(s.start - t.start));
    score.end.push(Math.abs(s.end - t.end));
  }
}

const at = (values_: readonly number[], share: number): number => Math.round(1000 * (values_.toSorted((a, b) => a - b)[Math.floor(share * values_.length)] ?? Number.NaN)) / 1000;
const told = ({ labelled, said, onset, end }: Score): object => ({ events: labelled, found: onset.length, told: said, onset_p50_s: at(onset, 0.5), onset_p90_s: at(onset, 0.9), end_p50_s: at(end, 0.5) });
const score = (): Score => ({ labelled: 0, said: 0, onset: [], end: [] });
const [whole, seed, recorded] = [score(), score(), score()];

let now = Date.now();
const places = new Map<string, ReturnType<typeof openRecordings>>();
let place = '';
const asking = await startAsking({
  asker: () => ({
    now: () => now,
    recordings: {
      stretches: (...args) => places.get(place)?.stretches(...args) ?? [],
      frames: (camera, from, to, opts, signal) => (places.get(place) as ReturnType<typeof openRecordings>).frames(camera, from, to, opts, signal),
      cameras: () => ['room'],
    },
  }),
});
const began = Date.now();
for (const [i, room] of rooms.entries()) {
  const folder = join(asking.folder, String(i));
  mkdirSync(folder);
  await saveClip(room, join(folder, 'room'), { width: 768, height: 512, fps: 15 });
  const media = await asking.upload(join(folder, 'room.mp4'));
  judge(whole, room, await asking.answer(seedRequest(media, [0, duration * 1000])), [0, duration], 0);
  judge(seed, room, await asking.answer(seedRequest(media)), [15, 20], 0);
  if (i % 3 === 0) {
    await recordRoom(room, folder, [[0, duration]]);
    places.set((place = folder), openRecordings({ folder: join(folder, 'recordings') }));
    now = EPOCH + 3_600_000;
    judge(recorded, room, await asking.answer({ camera: 'room', prompt: 'What happened?', options: { time_range: [EPOCH, EPOCH + duration * 1000] } }), [0, duration], EPOCH);
  }
  await asking.api.delete(`/v1/uploads/${media.slice('upload:'.length)}`, { scope: 'editor' });
  rmSync(folder, { recursive: true, force: true });
}
await asking.close();
process.stdout.write(`${JSON.stringify({ videos: rooms.length, seconds: Math.round((Date.now() - began) / 1000), whole: told(whole), seed_range: told(seed), recorded: told(recorded) }, null, 1)}\n`);

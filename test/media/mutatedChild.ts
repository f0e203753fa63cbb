/**
 * `mutatedChild.ts <folder> <streams> <seed>`: cuts clips and takes pictures of mutated streams, as a camera's process would, in a process of its
 * own, since the code under attack is native. Prints what came of them as JSON.
 */
import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { followClip } from '../../src/camera/clipFollow.ts';
import { planSnapshot, takeSnapshot } from '../../src/camera/snapshot.ts';
import { LookoutError } from '../../src/errors.ts';
import { writeTransportStream } from '../fuzz/transportStream.ts';
import { groupsOf, mutateGroup } from '../fuzz/videoMutate.ts';
import type { Group } from '../fuzz/videoMutate.ts';
import { createRandom } from '../ingest/random.ts';
import { readClip } from '../peers/accessUnits.ts';
import type { Codec } from '../peers/accessUnits.ts';
import { barClip } from '../peers/makeClip.ts';
import { EPOCH, ringOfFile } from './recorded.ts';

Log.setLevel(AV_LOG_QUIET);
const [folder = '', streams = '10', seed = '1'] = process.argv.slice(2);
const random = createRandom(Number(seed));
const GROUPS = 12;
const FRAME = 100;

async function seeds(codec: Codec): Promise<Group[]> {
  const made = await barClip({ frames: 40, fps: 10, width: 96, height: 64, bframes: 2, gop: 10, codec, noise: 20 });
  const clip = await readClip(made.file);
  await made.remove();
  return groupsOf(clip);
}

const known = { h264: await seeds('h264'), hevc: await seeds('hevc') };
const came: Record<string, number> = {};
const count = (what: string): void => void (came[what] = (came[what] ?? 0) + 1);
const told = (error: unknown): void => {
  if (!(error instanceof LookoutError)) throw error;
  count(error.code);
};

for (let stream = 0; stream < Number(streams); stream++) {
  const codec: Codec = stream % 2 === 0 ? 'h264' : 'hevc';
  const units = Array.from({ length: GROUPS }, (_, i) => (i === 0 && random() < 0.7 ? (known[codec][0] ?? []) : mutateGroup(random, codec, known[codec]).group)).flat();
  const source = join(folder, `mutated-${codec}.ts`);
  await writeFile(source, writeTransportStream(codec, units.map((nals, i) => ({ nals, pts: i * 90 * FRAME }))));
  const { ring, close } = await ringOfFile(source, codec).catch(() => ({ ring: undefined, close: async () => undefined }));
  if (!ring) {
    count('unreadable');
    continue;
  }
  for (const [from, to] of [[0, 3000], [4000, 5000], [0, 60_000]] as const) {
    const clip = followClip(ring, { from: EPOCH + from, to: EPOCH + to }, join(folder, 'clip.mp4'));
    // no more will come
    clip.until(EPOCH - 60_000);
    await clip.done.then(() => count('clip'), told);
    const at = EPOCH + random() * GROUPS * 10 * FRAME;
    await (async () => takeSnapshot(planSnapshot(ring.groups, at)))().then(() => count('picture'), told);
  }
  ring.clear();
  await close();
  await rm(source);
}
process.stdout.write(JSON.stringify({ came, clips: readdirSync(folder).filter((file) => !file.endsWith('.ts')), memory: Math.round(process.memoryUsage().rss / 2 ** 20) }));
process.exit(0);

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LookoutError } from '../../src/errors.ts';
import { readVideoFrames } from '../../src/ingest/file.ts';
import { createRandom } from '../ingest/random.ts';
import { readClip } from '../peers/accessUnits.ts';
import type { Codec } from '../peers/accessUnits.ts';
import { makeClip } from '../peers/makeClip.ts';
import type { ClipOptions } from '../peers/makeClip.ts';
import { writeTransportStream } from './transportStream.ts';
import type { Unit } from './transportStream.ts';
import { groupsOf, mutateGroup } from './videoMutate.ts';
import type { Group } from './videoMutate.ts';

export interface VideoFuzzResult {
  readonly streams: number;
  readonly groups: number;
  readonly pictures: number;
  /** streams whose reader process ended early, and what it said */
  readonly ended: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, number>>;
  /** of the greatest reader process seen, and how much this process grew, MB */
  readonly memory: { readonly reader: number; readonly grown: number };
  /** after each mutated stream a sound one was read whole */
  readonly sound: boolean;
}

const CLIPS: readonly ClipOptions[] = [
  { frames: 20, fps: 10, width: 96, height: 64, bframes: 2, gop: 10, codec: 'h264' },
  { frames: 20, fps: 10, width: 160, height: 96, gop: 5, codec: 'h264', extra: ['-x264-params', 'slices=4:cabac=0:keyint=5'] },
  { frames: 20, fps: 10, width: 96, height: 64, bframes: 3, gop: 10, codec: 'hevc' },
  { frames: 20, fps: 10, width: 160, height: 96, gop: 5, codec: 'hevc' },
];
/** 90 kHz ticks */
const PERIOD = 9000;

/** Reads so many streams of so many mutated groups, each in a reader process of its own, as `lookout` reads files. */
export async function fuzzVideo(opts: { readonly streams: number; readonly groups: number; readonly seed: number; readonly progress?: (done: number, reader: number) => void }): Promise<VideoFuzzResult> {
  const random = createRandom(opts.seed);
  const folder = await mkdtemp(join(tmpdir(), 'lookout-fuzz-'));
  const known = await seeds();
  const kinds: Record<string, number> = {};
  const ended: Record<string, number> = {};
  const before = process.memoryUsage().rss;
  let [pictures, reader, sound] = [0, 0, true];
  const meter = setInterval(() => (reader = Math.max(reader, childrenMemory())), 50);
  try {
    for (let stream = 0; stream < opts.streams; stream++) {
      const codec: Codec = stream % 2 === 0 ? 'h264' : 'hevc';
      const units: (readonly Buffer[])[] = [];
      for (let i = 0; i < opts.groups; i++) {
        // mostly a sound group first: the stream must be found to be video at all
        const isFirst = i === 0 && random() < 0.7;
        const { names, group } = isFirst ? { names: ['unchanged'], group: known[codec][0] ?? [] } : mutateGroup(random, codec, known[codec]);
        for (const kind of names) kinds[kind] = (kinds[kind] ?? 0) + 1;
        units.push(...group);
      }
      const path = join(folder, 'mutated.ts');
      await writeFile(path, writeTransportStream(codec, timed(units)));
      const { count, failure } = await readAll(path);
      pictures += count;
      if (failure) ended[failure] = (ended[failure] ?? 0) + 1;
      const good = join(folder, 'good.ts');
      await writeFile(good, writeTransportStream(codec, timed(known[codec].slice(0, 2).flat())));
      if (stream % 10 === 0) sound &&= (await readAll(good)).count > 5;
      opts.progress?.(stream + 1, reader);
    }
  } finally {
    clearInterval(meter);
    await rm(folder, { recursive: true, force: true });
  }
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  return { streams: opts.streams, groups: opts.streams * opts.groups, pictures, ended, kinds, memory: { reader, grown }, sound };
}

async function seeds(): Promise<Record<Codec, Group[]>> {
  const groups: Record<Codec, Group[]> = { h264: [], hevc: [] };
  for (const options of CLIPS) {
    const random = createRandom(5);
    const clip = await makeClip(options, (index, i420) => {
      for (let i = 0; i < i420.length; i++) i420[i] = 60 + ((i + 3 * index) % 97) + Math.floor(20 * random());
    });
    const { codec, ...read } = await readClip(clip.file);
    groups[codec].push(...groupsOf({ codec, ...read }));
    await clip.remove();
  }
  return groups;
}

const timed = (units: readonly (readonly Buffer[])[]): Unit[] => units.map((nals, i) => ({ nals, pts: i * PERIOD }));

async function readAll(path: string): Promise<{ count: number; failure?: string }> {
  let count = 0;
  try {
    for await (const frame of readVideoFrames(path, { fps: 1000, frameSize: { minPixels: 1024, maxPixels: 40_000 } }, new AbortController().signal)) {
      if (frame.data.length !== frame.width * frame.height * 3) throw new Error('A frame is not as large as it says.');
      count += 1;
    }
    return { count };
  } catch (error) {
    if (!(error instanceof LookoutError)) throw error;
    return { count, failure: `${error.code}: ${error.detail.replace(path, 'the file')}` };
  }
}

/** Resident memory of the greatest of this process's children, MB; 0 where the system does not tell. */
function childrenMemory(): number {
  try {
    const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const sizes = pids.map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
    return Math.max(0, ...sizes);
  } catch {
    return 0;
  }
}

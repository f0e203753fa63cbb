import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, take, timeout } from 'rxjs';
import { openCamera } from '../../src/camera/camera.ts';
import { createLogger } from '../../src/health/log.ts';
import { residentMb } from '../../src/health/memory.ts';
import { Secret } from '../../src/secret.ts';
import { createRandom } from '../ingest/random.ts';
import { readClip } from '../peers/accessUnits.ts';
import { barClip, startSimulator } from '../peers/simulator.ts';
import type { Random } from './mutate.ts';

export interface CameraFuzzResult {
  readonly rounds: number;
  readonly frames: number;
  /** processes that the camera had, one after the other */
  readonly processes: number;
  /** of the greatest of them, MB */
  readonly memory: number;
  /** reasons for which the camera was offline */
  readonly offline: Readonly<Record<string, number>>;
  /** frames came again once the stream was sound */
  readonly back: boolean;
}

const FPS = 20;
/** Patience with a camera that is to come back, ms. */
const PATIENCE = 60_000;

/** A live RTSP camera whose stream is damaged anew every round: bits of its NAL units flipped, its parameter sets too now and then. */
export async function fuzzCamera(opts: { readonly rounds: number; readonly roundMs: number; readonly seed: number }): Promise<CameraFuzzResult> {
  const random = createRandom(opts.seed);
  const folder = await mkdtemp(join(tmpdir(), 'lookout-fuzz-'));
  const clips = await Promise.all((['h264', 'hevc'] as const).map((codec) => barClip({ frames: 40, fps: FPS, gop: 10, bframes: 2, codec, noise: 10 })));
  const simulator = await startSimulator();
  const end = new AbortController();
  const pids = new Set<number>();
  const offline: Record<string, number> = {};
  let [frames, memory] = [0, 0];
  const play = (clip: string, cut: boolean): Promise<unknown> => simulator.tell('victim', { clip, fps: FPS, cut });
  const good = clips[0]?.file ?? '';
  try {
    await play(good, false);
    const sample = { frameRate: 5, lookBack: 1, idleInterval: 5, adaptive: false } as const;
    const network = { allow: ['127.0.0.1'], tls: 'verify' } as const;
    const camera = openCamera({ id: 'victim', url: new Secret(simulator.url('victim')), frameSize: { minPixels: 1024, maxPixels: 40_000 }, sample, network }, end.signal, createLogger({ level: 'silent' }));
    camera.frames$.subscribe(() => (frames += 1));
    camera.status$.subscribe(({ code }) => (code ? (offline[code] = (offline[code] ?? 0) + 1) : undefined));
    for (let round = 0; round < opts.rounds; round++) {
      const path = join(folder, `${round % 2}.mp4`);
      // the first half in H.264, the second in H.265
      const half = Math.ceil(opts.rounds / 2);
      await writeFile(path, await damage(random, clips[round < half ? 0 : 1]?.file ?? good));
      await play(path, round === half).catch(() => undefined);
      await sleep(opts.roundMs);
      if (camera.childPid !== undefined) pids.add(camera.childPid);
      memory = Math.max(memory, residentMb(camera.childPid));
    }
    await play(good, true);
    const again = camera.frames$.pipe(take(20), timeout(PATIENCE));
    const back = await lastValueFrom(again).then(() => true, () => false);
    return { rounds: opts.rounds, frames, processes: pids.size, memory, offline, back };
  } finally {
    end.abort();
    await simulator.stop();
    for (const clip of clips) await clip.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The file with bits flipped inside its NAL units, lengths kept, so that the simulator still reads it. */
async function damage(random: Random, file: string): Promise<Buffer> {
  const bytes = readFileSync(file);
  const { units, parameters } = await readClip(file);
  const share = 0.02 + 0.5 * random() ** 2;
  const nals = [...units.flatMap((unit) => unit.nals), ...(random() < 0.3 ? parameters : [])];
  for (const nal of nals) {
    const start = bytes.indexOf(nal);
    if (start < 0 || random() > share) continue;
    for (let flips = 1 + Math.floor(random() * 8); flips > 0; flips--) {
      // the first byte says what the unit is
      const at = start + 1 + Math.floor(random() ** 2 * (nal.length - 1));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(8 * random()));
    }
  }
  return bytes;
}

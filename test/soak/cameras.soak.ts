import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openCamera } from '../../src/camera/camera.ts';
import type { CameraStream } from '../../src/camera/camera.ts';
import { createLogger } from '../../src/health/log.ts';
import { residentMb } from '../../src/health/memory.ts';
import { Secret } from '../../src/secret.ts';
import { barClip, startSimulator } from '../peers/simulator.ts';

/** Of each kind; LOOKOUT_SOAK_HARMS for a shorter look. */
const HARMS = Number(process.env['LOOKOUT_SOAK_HARMS'] ?? 200);
const CAMERAS = 6;
/** Cameras that may be down at a time: the others are witnesses. */
const DOWN = 3;
/**
 * A camera's process that was killed comes back at once, but ever later the more often that happens; after half a minute of peace
 * it comes back at once again. So each camera is harmed in bursts.
 */
const BURST = 4;
const PEACE = 31_000;
/** Pictures looked at a second; none may be missing for longer than a second at a camera that nobody harmed. */
const FRAME_RATE = 5;
const GAP = 1000;
/** MB and descriptors that this process may hold more at the end than when all cameras were first online. */
const GROWTH = 24;
const DESCRIPTORS = 4;
/** Environment variable by which a process is known as one that this test started, or that one of those did. */
const MARK = 'LOOKOUT_SOAK_MARK';

type Harm = 'SIGKILL' | 'SIGSTOP';

interface Watched {
  readonly id: string;
  readonly stream: CameraStream;
  /** wall clock of the pictures looked at, ms, since it was harmed last; null while it is down */
  latest: number | null;
  harmed: boolean;
  readonly gaps: { readonly from: number; readonly ms: number }[];
  pictures: number;
  back: () => void;
}

test(`${HARMS} kills and ${HARMS} stops of cameras' processes leave no trace and disturb no other camera`, async () => {
  const mark = randomUUID();
  process.env[MARK] = mark;
  const clip = await barClip({ frames: 100, fps: 20, gop: 20 });
  const simulator = await startSimulator();
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    await simulator.stop();
    await clip.remove();
    delete process.env[MARK];
    for (const pid of marked(mark)) kill(pid, 'SIGKILL');
  });
  const others = marked(mark).length;
  const cameras: Watched[] = [];
  for (let i = 0; i < CAMERAS; i++) {
    await simulator.tell(`c${i}`, { clip: clip.file, fps: 20, seed: i + 1 });
    cameras.push(watch(`c${i}`, simulator.url(`c${i}`), stop.signal));
  }
  await Promise.all(cameras.map(pictured));
  // two minutes in which the interpreter comes to its size, or less of a short look
  await sleep(Math.min(120_000, HARMS * 1000));
  const before = own();

  const left: Record<Harm, number> = { SIGKILL: HARMS, SIGSTOP: HARMS };
  const places = createPlaces(DOWN);
  const harms = new Map<string, number>();
  await Promise.all(cameras.map((camera) => harmInBursts(camera, left, places, (how) => harms.set(how, (harms.get(how) ?? 0) + 1))));
  await sleep(5000);
  const alive = marked(mark).length - others;
  const after = own();
  // a camera that fell silent for good would show no gap
  const newest = Math.max(...cameras.map((camera) => camera.latest ?? 0));
  for (const camera of cameras) if (newest - (camera.latest ?? 0) > 2 * GAP) camera.gaps.push({ from: camera.latest ?? 0, ms: newest - (camera.latest ?? 0) });
  const gaps = cameras.flatMap(({ id, gaps: found }) => found.map((gap) => ({ id, ...gap })));
  stop.abort();
  await sleep(4000);
  const orphans = marked(mark).length - others;
  process.stdout.write(`${JSON.stringify({ harms: Object.fromEntries(harms), pictures: cameras.map((c) => c.pictures), gaps, before, after, alive, orphans })}\n`);
  expect(harms.get('SIGKILL')).toBe(HARMS);
  expect(harms.get('SIGSTOP')).toBe(HARMS);
  expect(gaps).toEqual([]);
  expect(alive).toBe(CAMERAS);
  expect(orphans).toBe(0);
  expect(after.memory - before.memory).toBeLessThan(GROWTH);
  expect(after.descriptors - before.descriptors).toBeLessThanOrEqual(DESCRIPTORS);
}, 60 * 60_000);

function watch(id: string, url: string, signal: AbortSignal): Watched {
  const sample = { frameRate: FRAME_RATE, idleInterval: 1, adaptive: false, lookBack: 1 };
  const opts = { id, url: new Secret(url), frameSize: { minPixels: 1024, maxPixels: 96 * 64 }, sample, network: { allow: ['127.0.0.1'], tls: 'verify' } as const, tell: true };
  const camera: Watched = { id, stream: openCamera(opts, signal, createLogger({ level: 'silent' })), latest: null, harmed: false, gaps: [], pictures: 0, back: () => undefined };
  camera.stream.looked$.subscribe(({ at }) => {
    // what was in the pipe when it was harmed is no sign of life
    if (camera.harmed) return;
    if (camera.latest !== null && at - camera.latest > GAP) camera.gaps.push({ from: camera.latest, ms: at - camera.latest });
    camera.latest = Math.max(camera.latest ?? at, at);
    camera.pictures += 1;
    camera.back();
  });
  return camera;
}

function pictured(camera: Watched): Promise<void> {
  return new Promise((resolve) => {
    camera.back = () => {
      camera.back = () => undefined;
      resolve();
    };
  });
}

async function harmInBursts(camera: Watched, left: Record<Harm, number>, places: Places, done: (how: Harm) => void): Promise<void> {
  for (let n = 0; left.SIGKILL + left.SIGSTOP > 0; n++) {
    if (n > 0 && n % BURST === 0) await sleep(PEACE);
    // whatever there is more of to do, in the mean as often
    const how = Math.random() * (left.SIGKILL + left.SIGSTOP) < left.SIGKILL ? 'SIGKILL' : 'SIGSTOP';
    if (left[how] === 0) continue;
    left[how] -= 1;
    const leave = await places.enter();
    await harm(camera, how);
    leave();
    done(how);
    await sleep(Math.random() * 1500);
  }
}

/** Harms the camera's process and waits until another one shows pictures. */
async function harm(camera: Watched, how: Harm): Promise<void> {
  const pid = camera.stream.childPid;
  if (pid === undefined) throw new Error(`${camera.id} has no process`);
  camera.harmed = true;
  camera.latest = null;
  kill(pid, how);
  while (camera.stream.childPid === pid) await sleep(50);
  camera.harmed = false;
  await pictured(camera);
}

function kill(pid: number, signal: Harm): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself a moment ago
  }
}

interface Places {
  /** Resolves when there is room, with what to call when it is free again. */
  enter(): Promise<() => void>;
}

function createPlaces(count: number): Places {
  let free = count;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((room) => waiting.push(room));
      return leave;
    },
  };
}

/** Processes whose environment bears the mark, but this one; zombies have none any more. */
function marked(mark: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid) || pid === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${MARK}=${mark}`);
    } catch {
      return false;
    }
  });
}

/** Of this process: memory of no file, MB, and open descriptors. */
function own(): { readonly memory: number; readonly descriptors: number } {
  globalThis.gc?.();
  return { memory: residentMb(process.pid), descriptors: readdirSync('/proc/self/fd').length };
}

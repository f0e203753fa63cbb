import { afterAll, afterEach, beforeAll } from 'vitest';
import { barClip, startSimulator } from './simulator.ts';
import type { ClipOptions, MadeClip, Simulator } from './simulator.ts';

export const FPS = 25;
/** of a clip, which is played over and over */
export const FRAMES = 1000;

/** RTSP cameras that film bars, for the tests of one file. */
export interface BarCameras {
  readonly simulator: Simulator;
  /** aborts when the test at hand is over */
  readonly signal: AbortSignal;
  /** The address of a new camera at `path`; by default with a keyframe every two seconds. */
  serve(path: string, opts?: Partial<ClipOptions> & { readonly noise?: number }): Promise<string>;
  /** The file of a clip that is gone after the last test. */
  lent(clip: MadeClip): string;
}

/** To be called once, beside the tests. */
export function barCameras(): BarCameras {
  let simulator: Simulator | undefined;
  let abort = new AbortController();
  const left: MadeClip[] = [];
  const started = (): Simulator => simulator ?? (() => { throw new Error('The simulator starts with the first test.'); })();
  const lent = (clip: MadeClip): string => {
    left.push(clip);
    return clip.file;
  };
  beforeAll(async () => {
    simulator = await startSimulator();
  }, 60_000);
  afterEach(() => {
    abort.abort();
    abort = new AbortController();
  });
  afterAll(async () => {
    await simulator?.stop();
    for (const clip of left) await clip.remove();
  });
  return {
    get simulator() {
      return started();
    },
    get signal() {
      return abort.signal;
    },
    async serve(path, opts = {}) {
      const clip = lent(await barClip({ frames: FRAMES, fps: FPS, ...opts }));
      await started().tell(path, { clip, fps: FPS, reports: { every: 500, late: 0, prompt: 0 } });
      return started().url(path);
    },
    lent,
  };
}

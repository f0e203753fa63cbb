import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Window } from '../../src/values.ts';

const [WIDTH, HEIGHT] = [96, 64];
/** Frames of a window: two a second for eight seconds. */
const FRAMES = 16;

/** Films: two frames a second, each second a window of the last eight (`second` in ms). @returns what ends it */
export function film(camera: string, second: number, cut: (window: Window) => void): () => void {
  const frames: Frame[] = [];
  let count = 0;
  const shoot = (): void => {
    const at = Date.now();
    const data = new Uint8Array(WIDTH * HEIGHT * 3);
    for (let i = 0; i < data.length; i++) data[i] = (at * 31 + i * 7) & 255;
    frames.push({ camera, pts: at / 1000, at, uncertainty: 1, timeSource: 'arrival', width: WIDTH, height: HEIGHT, data });
    if (frames.length > FRAMES) frames.shift();
    if (++count % 2 === 0 && frames.length === FRAMES) cut({ id: `${camera}-${count}`, camera, frames: [...frames], reason: 'hop', cutAt: at });
  };
  const timer = setInterval(shoot, second / 2);
  return () => clearInterval(timer);
}

/** bytes of what is alive, and of the process, looked at for so many ms */
export async function memory(ms: number): Promise<{ readonly live: number[]; readonly rss: number[] }> {
  const live: number[] = [];
  const rss: number[] = [];
  for (const until = Date.now() + ms; Date.now() < until; await sleep(Math.min(500, ms / 10))) {
    globalThis.gc?.();
    const usage = process.memoryUsage();
    live.push(usage.heapUsed + usage.external);
    rss.push(usage.rss);
  }
  return { live, rss };
}

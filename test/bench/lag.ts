import { monitorEventLoopDelay } from 'node:perf_hooks';
import pino from 'pino';
import { qwenBackend } from '../../src/infer/qwen.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import type { Window } from '../../src/values.ts';
import { beginning, FRAMES, sceneWindow } from './scenes.ts';
import type { Task } from './task.ts';

/**
 * How late timers are in the process that hands windows to the model, ms: Node's monitorEventLoopDelay at a resolution of 1 ms,
 * nothing subtracted, so that an idle process shows a little more than 1.
 */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** answered during the time of measuring */
  readonly windows: number;
  readonly seconds: number;
  readonly cameras: number;
}

const CAMERAS = 4;
const PAIRS_OF_A_HOP = 2;
const RULES = ['someone picks up phone'];
/** Of the model's process besides its weights: enough for real ones. */
const MEMORY_MB = 4096;

export async function measureLag({ dir, threads, seconds, ...size }: Task): Promise<Lag> {
  const stop = new AbortController();
  const model = startModelProcess({ dir, device: 'cpu', threads, memoryMb: MEMORY_MB }, stop.signal, pino({ level: 'silent' }));
  await model.ready;
  const backend = qwenBackend(model);
  const scenes = Array.from({ length: CAMERAS }, (_, i) => sceneWindow(i, size));
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  let windows = 0;
  const end = performance.now() + seconds * 1000;
  // each camera's window grows, is asked about and grows on, so that one of each waits for the model at any time
  const watch = async (camera: number): Promise<void> => {
    for (let hop = 0; performance.now() < end; hop++) {
      const scene = scenes[camera] ?? sceneWindow(camera, size);
      const grown = (hop % (FRAMES / PAIRS_OF_A_HOP / 2)) * PAIRS_OF_A_HOP * 2;
      await backend.prepare?.(toWindow(`camera${camera}`, hop, beginning(scene, grown + 2)), RULES);
      await backend.events(toWindow(`camera${camera}`, hop, beginning(scene, grown + PAIRS_OF_A_HOP * 2)), RULES);
      windows += 1;
    }
  };
  histogram.enable();
  const began = performance.now();
  await Promise.all(scenes.map((_, camera) => watch(camera)));
  histogram.disable();
  const lasted = (performance.now() - began) / 1000;
  await model.close();
  stop.abort();
  const ms = (nanoseconds: number): number => nanoseconds / 1e6;
  return { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max), windows, seconds: lasted, cameras: CAMERAS };
}

function toWindow(camera: string, hop: number, { frames, times }: ReturnType<typeof sceneWindow>): Window {
  const from = Date.UTC(2026, 0, 1);
  return {
    id: `${camera}-${hop}`,
    camera,
    frames: frames.map((f, i) => ({ ...f, camera, pts: times[i] ?? 0, at: from + (times[i] ?? 0) * 1000, uncertainty: 0, timeSource: 'file' as const })),
    reason: 'hop',
    cutAt: from,
  };
}

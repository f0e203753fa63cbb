import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CameraOptions } from '../camera/camera.ts';
import type { LoadedConfig } from '../config/load.ts';
import { stagesOf } from '../config/stages.ts';
import { addressTarget } from '../daemon/probing.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { qwenBackend } from '../infer/qwen.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { startRtmpServer } from '../ingest/rtmp/server.ts';
import { Secret } from '../secret.ts';
import type { Values } from './figures.ts';
import { gaugeCamera } from './measureCamera.ts';
import type { Gauge } from './measureCamera.ts';
import { Reel, timeEngine, timeOthers, timeWindows } from './measureModel.ts';
import { beside, cameraFigures, machineFigures, modelFigures, tidy } from './measureParts.ts';
import { filmScene, sendClip } from './scene.ts';
import type { StreamFormat } from './scene.ts';

/** How long each part takes, s; a whole measure takes about a minute, and what starting the model takes. */
export interface Pace {
  readonly film: number;
  /** frames are gathered, and the still camera learns that nothing moves */
  readonly watch: number;
  readonly windows: number;
  /** cameras beside the model */
  readonly beside: number;
  readonly settle: number;
}

export const PACE: Pace = { film: 20, watch: 16, windows: 10, beside: Math.min(12, 3 * availableParallelism()), settle: 6 };

export interface MeasureNeeds {
  readonly loaded: LoadedConfig;
  /** what the made-up camera sends */
  readonly format: StreamFormat;
  /** the user's own camera, beside the made-up one */
  readonly camera?: CameraOptions | undefined;
  readonly pace: Pace;
  openModel(): RunningModel;
  readonly signal: AbortSignal;
  readonly log: Logger;
  say(line: string): void;
}

/** A frame that a still camera keeps tells that it is watched, ms. */
const ONLINE = 40_000;

/** Measures on this machine what cameras and the model cost, by really watching and asking. Leaves nothing behind. @throws LookoutError TOOL_MISSING, MODEL_…, CAMERA_… */
export async function measure(needs: MeasureNeeds): Promise<Values> {
  const stop = new AbortController();
  const ends: (() => Promise<unknown>)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'lookout-capacity-'));
  try {
    const signal = AbortSignal.any([needs.signal, stop.signal]);
    // a listener or two for each camera
    setMaxListeners(0, signal);
    return await measureIn(folder, { ...needs, signal }, ends);
  } finally {
    stop.abort();
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureIn(folder: string, needs: MeasureNeeds, ends: (() => Promise<unknown>)[]): Promise<Values> {
  const { loaded: { config }, pace, format, signal, log, say } = needs;
  say(`Filming a made-up room, ${format.width} × ${format.height} at ${format.fps} pictures a second …`);
  const files = { still: join(folder, 'still.mp4'), busy: join(folder, 'busy.mp4') };
  for (const scene of ['still', 'busy'] as const) await filmScene(scene, files[scene], format, pace.film, signal);
  const machine = machineFigures(config, pace.windows < 5 ? 16 : 64);
  const model = needs.openModel();
  ends.push(() => model.close());

  const keys = { still: 'still'.padEnd(24, 'x'), busy: 'busy'.padEnd(24, 'x') };
  const door = await startRtmpServer({ port: 0, keys: Object.values(keys).map((key) => new Secret(key)) }, signal, log);
  const at = (scene: keyof typeof keys): string => door.url(new Secret(keys[scene])).reveal();
  for (const scene of ['still', 'busy'] as const) ends.push(sendClip(files[scene], at(scene)).stop);
  const here = { ...config, network: { allow: ['127.0.0.1'] } };
  const open = (scene: keyof typeof keys, gate = true): Gauge => gaugeCamera({ ...addressTarget(at(scene), here, {}).options, gate }, signal, log);

  say(`Watching it, still and busy, for ${pace.watch} s …`);
  const still = open('still');
  const decoding = open('still', false);
  const first = open('busy');
  const own = needs.camera && gaugeCamera({ ...needs.camera }, signal, log);
  await model.ready;
  await until(() => first.frames.length > 0 && decoding.facts !== undefined, first, signal);
  await sleep(2000 * Math.min(1, pace.watch / 10), undefined, { signal });
  const ending = [decoding, first].map((gauge) => gauge.stretch());
  await sleep(1000 * pace.watch, undefined, { signal });
  const [noisy, active] = ending.map((end) => end());

  say('Asking the model about what it saw …');
  const backend = qwenBackend(model, { alignTimes: config.video_processor.enable_temporal_alignment });
  const lookFor = needs.loaded.rules.map(({ alert }) => alert);
  const { window } = stagesOf(config);
  const seen = own && own.frames.length >= 4 * window.maxFrames ? own.frames : first.frames;
  const reel = new Reel([...seen], window);
  const plan = { seconds: pace.windows, least: 8 };
  if ((config.model.backend as string) === 'openai') {
    const engine = await timeEngine(backend, reel, lookFor, { seconds: Math.min(4, pace.windows), most: 64 }, signal);
    return { ...machine, ...(await cameraFigures({ still, busy: first, noisy, active, own }, Math.max(3, pace.settle), signal)), engine_windows_s: tidy(engine.windows) };
  }
  const alone = await timeWindows(backend, model, reel, lookFor, plan, signal);
  const others = await timeOthers(backend, model, reel, lookFor, pace.windows < 5 ? 3 : 8, signal);

  say(`… and beside ${pace.beside} busy cameras …`);
  const more = Array.from({ length: pace.beside - 1 }, () => open('busy'));
  const last = more.at(-1) ?? first;
  await until(() => last.frames.length > 0, last, signal);
  await sleep(1000 * pace.settle, undefined, { signal });
  const loaded = await beside(() => timeWindows(backend, model, reel, lookFor, plan, signal), [first, ...more], pace.settle);
  const cameras = await cameraFigures({ still, busy: first, noisy, active, own }, Math.max(3, pace.settle), signal);
  return { ...machine, ...cameras, ...loaded, ...modelFigures(alone, others, model) };
}

async function until(is: () => boolean, gauge: Gauge, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + ONLINE; !is(); await sleep(100, undefined, { signal })) {
    if (performance.now() > end) throw new LookoutError('CAMERA_STALLED', `The made-up camera was not watched within ${ONLINE / 1000} s. ${gauge.problem ?? ''}`);
  }
}

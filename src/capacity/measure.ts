import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CameraOptions } from '../camera/camera.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { stagesOf } from '../config/stages.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { qwenBackend } from '../infer/qwen.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { startRtmpServer } from '../ingest/rtmp/server.ts';
import { Secret } from '../secret.ts';
import type { Values } from './figures.ts';
import { gaugeCamera } from './measureCamera.ts';
import type { Gauge } from './measureCamera.ts';
import { timeEngine, timeOthers, timeWindows } from './measureModel.ts';
import type { Asking } from './measureModel.ts';
import { beside, cameraFigures, machineFigures, modelFigures, otherCores, tidy } from './measureParts.ts';
import { isEngine } from './plan.ts';
import { Reel } from './reel.ts';
import { filmScene, sendClip } from './scene.ts';
import type { Scene, StreamFormat } from './scene.ts';

/** How long each part takes, s; a whole measure takes about a minute, and what starting the model takes. */
export interface Pace {
  readonly film: number;
  /** frames are gathered, and the still camera learns that nothing moves */
  readonly watch: number;
  readonly windows: number;
  /** cameras beside the model, at most */
  readonly beside: number;
  readonly settle: number;
}

export const PACE: Pace = { film: 20, watch: 16, windows: 10, beside: 16, settle: 6 };

/** Of the cores that the model leaves, so much is given to cameras beside it. */
const BESIDE = 0.5;

export interface MeasureNeeds {
  readonly loaded: LoadedConfig;
  /** what the made-up camera sends */
  readonly format: StreamFormat;
  /** the user's own camera, beside the made-up one */
  readonly camera?: CameraOptions | undefined;
  readonly pace: Pace;
  openModel(): RunningModel;
  /** how an address is watched under a configuration that need not be the one of `loaded` */
  cameraAt(url: string, config: Config): CameraOptions;
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
  const { loaded: { config, rules }, pace, signal, say } = needs;
  const others_cores = tidy(await otherCores(pace.windows < 5 ? 0.3 : 1.5, signal));
  const machine = { ...machineFigures(config, pace.windows < 5 ? 16 : 64), others_cores };
  const room = await openRoom(folder, needs, ends);
  const model = needs.openModel();
  ends.push(() => model.close());

  say(`Watching it, still and busy, for ${pace.watch} s …`);
  const still = room.watch('still');
  const decoding = room.watch('still', false);
  const busy = room.watch('busy');
  const own = needs.camera && room.gauge(needs.camera);
  await model.ready;
  await until(() => busy.frames.length > 0 && decoding.facts !== undefined, busy, signal);
  await sleep(2000 * Math.min(1, pace.watch / 10), undefined, { signal });
  const ending = [decoding, busy].map((camera) => camera.stretch());
  await sleep(1000 * pace.watch, undefined, { signal });
  const [noisy, active] = ending.map((end) => end());
  const cameras = (): Values => cameraFigures({ still, busy, noisy, active, own });

  say('Asking the model about what it saw …');
  const backend = qwenBackend(model, { alignTimes: config.video_processor.enable_temporal_alignment });
  const lookFor = rules.map(({ alert }) => alert);
  const { window } = stagesOf(config);
  const seen = own && own.frames.length >= 4 * window.maxFrames ? own.frames : busy.frames;
  const asking: Asking = { backend, model, reel: new Reel([...seen], window), lookFor, signal };
  if (isEngine(config)) {
    const engine = await timeEngine(asking, { seconds: Math.min(4, pace.windows), most: 64 });
    return { ...machine, ...cameras(), engine_windows_s: tidy(engine.windows), model_score_ms: tidy(engine.score) };
  }
  const plan = { seconds: pace.windows, least: 8 };
  const alone = await timeWindows(asking, plan);
  const others = await timeOthers(asking, pace.windows < 5 ? 3 : 8);

  const count = Math.max(2, Math.min(pace.beside, Math.round((BESIDE * Math.max(1, availableParallelism() - 1)) / (active?.cores ?? BESIDE))));
  say(`… and beside ${count} busy cameras …`);
  const more = Array.from({ length: count - 1 }, () => room.watch('busy'));
  const last = more.at(-1) ?? busy;
  await until(() => last.frames.length > 0, last, signal);
  await sleep(1000 * pace.settle, undefined, { signal });
  const loaded = await beside(() => timeWindows(asking, plan), [busy, ...more], pace.settle);
  return { ...machine, ...cameras(), ...loaded, ...modelFigures(config, alone, others, model) };
}

interface MadeUpRoom {
  /** one more camera in it; `gate` false: all is decoded, whatever happens */
  watch(scene: Scene, gate?: boolean): Gauge;
  gauge(options: CameraOptions): Gauge;
}

/** Films the room, still and busy, and sends both to a door of our own, where cameras may be opened. */
async function openRoom(folder: string, { loaded: { config }, cameraAt, pace, format, signal, log, say }: MeasureNeeds, ends: (() => Promise<unknown>)[]): Promise<MadeUpRoom> {
  say(`Filming a made-up room, ${format.width} × ${format.height} at ${format.fps} pictures a second …`);
  const keys: Readonly<Record<Scene, Secret>> = { still: new Secret('still'.padEnd(24, 'x')), busy: new Secret('busy'.padEnd(24, 'x')) };
  const scenes = ['still', 'busy'] as const;
  for (const scene of scenes) await filmScene(scene, join(folder, `${scene}.mp4`), format, pace.film, signal);
  const door = await startRtmpServer({ port: 0, keys: Object.values(keys) }, signal, log);
  ends.push(() => door.child.stop());
  for (const scene of scenes) ends.push(sendClip(join(folder, `${scene}.mp4`), door.url(keys[scene]).reveal()).stop);
  const here = { ...config, network: { allow: ['127.0.0.1'] } };
  const gauge = (options: CameraOptions): Gauge => {
    const opened = gaugeCamera(options, signal, log);
    ends.push(() => opened.done);
    return opened;
  };
  return { gauge, watch: (scene, gate = true) => gauge({ ...cameraAt(door.url(keys[scene]).reveal(), here), gate }) };
}

async function until(is: () => boolean, gauge: Gauge, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + ONLINE; !is(); await sleep(100, undefined, { signal })) {
    if (performance.now() > end) throw new LookoutError('CAMERA_STALLED', `The made-up camera was not watched within ${ONLINE / 1000} s. ${gauge.problem ?? ''}`);
  }
}

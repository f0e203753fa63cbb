import { existsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { freeNow } from '../health/disk.ts';
import { residentMb } from '../health/memory.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import { modelMemory } from '../qwen3vl/checkpoint/memory.ts';
import type { Values } from './figures.ts';
import { memoryMb } from './fingerprint.ts';
import type { Gauge } from './measureCamera.ts';
import type { timeOthers, WindowCost } from './measureModel.ts';
import { diskSpeed, linkSpeed, machineSeconds, ownSeconds } from './processor.ts';
import { streamsKept } from './reel.ts';

/** The model's windows beside cameras at work: what both take then. */
export async function beside(windows: () => Promise<WindowCost>, cameras: readonly Gauge[], settle: number): Promise<Values> {
  const idle = { own: ownSeconds(), at: performance.now() };
  await sleep(1000 * Math.max(1, settle / 2));
  const ownRate = ((ownSeconds() - idle.own) * 1000) / (performance.now() - idle.at);
  const before = { own: ownSeconds(), machine: machineSeconds(), at: performance.now() };
  const ending = cameras.map((gauge) => gauge.stretch());
  const cost = await windows();
  const seconds = (performance.now() - before.at) / 1000;
  const own = ownSeconds() - before.own;
  const model = ((cost.cpuMs ?? cost.ms) * cost.windows) / 1000;
  const cores = ending.flatMap((end) => end()?.cores ?? []);
  const others = Math.max(cores.reduce((sum, each) => sum + each, 0) + own / seconds, (machineSeconds() - before.machine - model) / seconds);
  return {
    model_loaded_window_ms: tidy(cost.ms), model_loaded_cores: tidy(others), ...(cost.cpuMs === undefined ? {} : { model_window_cpu_ms: tidy(cost.cpuMs) }),
    daemon_active_cores: tidy(ownRate / cameras.length), daemon_window_ms: tidy((1000 * Math.max(0, own - ownRate * seconds)) / cost.windows),
  };
}

export function modelFigures(config: Config, alone: WindowCost, { cold, heartbeat, score }: Awaited<ReturnType<typeof timeOthers>>, model: RunningModel): Values {
  const memory = residentMb(model.childPid);
  const perToken = modelMemory(readCheckpoint(config.model.name)).kvBytesPerToken;
  return {
    model_streams: streamsKept(config, perToken, alone.visualTokens, config.window.max_frames),
    model_window_ms: tidy(alone.ms), model_cold_ms: tidy(cold), model_heartbeat_ms: tidy(heartbeat), model_score_ms: tidy(score), ...(memory > 0 ? { model_memory_mb: tidy(memory) } : {}) };
}

export interface Watched {
  readonly still: Gauge;
  readonly busy: Gauge;
  readonly noisy: ReturnType<ReturnType<Gauge['stretch']>>;
  readonly active: ReturnType<ReturnType<Gauge['stretch']>>;
  readonly own: Gauge | undefined;
}

/** What was not seen (a camera that did not fall asleep in this time) is left to the documented figures. */
export function cameraFigures({ still, noisy, active, own, busy }: Watched): Values {
  if (own && !own.facts) throw new LookoutError('CAMERA_UNREACHABLE', `${own.problem ?? 'it sent nothing'}.`);
  const facts = own?.facts ?? busy.facts;
  const [asleep, ownAsleep, ownAwake] = [still.cost?.idle, own?.cost?.idle, own?.cost?.busy];
  const values: Record<string, number | undefined> = {
    camera_asleep_cores: ownAsleep?.measured ? ownAsleep.cores : asleep?.measured ? asleep.cores : undefined,
    camera_decoding_cores: noisy?.cores,
    camera_active_cores: ownAwake?.measured ? ownAwake.cores : active?.cores,
    camera_memory_mb: facts && facts.memory > 0 ? facts.memory : undefined,
    camera_mbit_s: facts ? facts.bitrate / 1e6 : undefined,
    daemon_memory_mb: process.memoryUsage.rss() / 2 ** 20 + 128,
  };
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, tidy(value)]])));
}

/** `megabytes` are written to the disk to see how fast it is. */
export function machineFigures(config: Config, megabytes: number): Values {
  const folder = writtenTo(config);
  const [disk, link] = [diskSpeed(folder, megabytes), linkSpeed()];
  return { cores: availableParallelism(), memory_mb: Math.round(memoryMb()), disk_free_gb: tidy(freeNow(folder) / 1e9), ...(disk ? { disk_write_mb_s: tidy(disk) } : {}), ...(link ? { network_mbit_s: link } : {}) };
}

/** The disk that is written to most: that of the recordings where there are any, else the log's. */
function writtenTo({ recordings, store }: Config): string {
  const wanted = recordings.mode !== 'off' ? recordings.dir : store.path === ':memory:' ? tmpdir() : dirname(store.path);
  let folder = wanted;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Cores that other programs take at present. */
export async function otherCores(seconds: number, signal: AbortSignal): Promise<number> {
  const before = { at: performance.now(), all: machineSeconds(), own: ownSeconds() };
  await sleep(1000 * seconds, undefined, { signal });
  return Math.max(0, (1000 * (machineSeconds() - before.all - (ownSeconds() - before.own))) / (performance.now() - before.at));
}

/** Four digits that count. */
export function tidy(value: number): number {
  return Number(value.toPrecision(4));
}

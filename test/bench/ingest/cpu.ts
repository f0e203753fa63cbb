import { startSimulator } from '../../peers/simulator.ts';
import { cells, figure, FULL_SIZE, LEARNING, median, show, wait } from './bench.ts';
import type { Bench, Findings } from './bench.ts';
import { busyClip, idleClip } from './clips.ts';
import type { Footage } from './clips.ts';
import { startHerd } from './herd.ts';
import type { CameraTally } from './herd.ts';
import { ownCpu, startFfmpeg, treeCpu } from './processes.ts';

const SECONDS = 90;
/** A figure is the median of so many equal parts of the time. */
const PARTS = 5;

/** Processor seconds per minute of the stream. */
interface Cost {
  /** of all that watching one camera takes: its process, and the process that opened it with nothing else to do */
  readonly ours: number;
  /** the camera's process alone */
  readonly camera: number;
  readonly full: number;
  readonly keyframes: number;
  readonly tally: CameraTally | undefined;
}

/**
 * What it costs to watch one 1080p25 stream, still and busy: the camera's process and its parent, beside ffmpeg decoding everything to
 * thumbnails at 5 frames a second, and ffmpeg decoding keyframes only; all three at the same time on the same live RTSP stream.
 */
export async function measureCpu(bench: Bench): Promise<Findings> {
  const still = await watch(bench, await idleClip(bench));
  const busy = await watch(bench, await busyClip(bench));
  const row = (name: string, c: Cost): string => {
    const facts = c.tally?.last;
    const beside = `asleep ${show((facts?.asleep ?? Number.NaN) * 100)} % since it was opened, ${facts?.decoded ?? '–'} of ${facts?.packets ?? '–'} pictures decoded, ${c.tally?.kept ?? '–'} kept, ${show((facts?.bitrate ?? Number.NaN) / 1e6)} Mbit/s`;
    return cells(name, c.ours, c.camera, c.full, c.keyframes, c.ours / c.full, c.ours / c.keyframes, beside);
  };
  return {
    lines: [
      'Processor seconds per minute of a 1080p25 H.264 stream over live RTSP; medians',
      '',
      cells('', 'Lookout', '… the camera\'s process alone', 'ffmpeg, all to 5 fps thumbnails', 'ffmpeg, keyframes only', 'against all', 'against keyframes', ''),
      '|---|---|---|---|---|---|---|---|',
      row('still', still),
      row('busy', busy),
    ],
    figures: {
      idle_cpu_vs_full: figure(still.ours / still.full),
      idle_cpu_vs_keyframes: figure(still.ours / still.keyframes),
      idle_cpu_camera_process_vs_full: figure(still.camera / still.full),
      idle_cpu_s_per_min: figure(still.ours),
      full_cpu_s_per_min: figure(still.full),
      keyframes_cpu_s_per_min: figure(still.keyframes),
      busy_cpu_vs_full: figure(busy.ours / busy.full),
      busy_cpu_s_per_min: figure(busy.ours),
    },
    details: { still, busy },
  };
}

async function watch(bench: Bench, clip: Footage): Promise<Cost> {
  const seconds = bench.seconds ?? SECONDS;
  const learning = Math.min(LEARNING, seconds);
  const simulator = await startSimulator();
  bench.defer(() => simulator.stop());
  await simulator.tell('camera', { clip: clip.file, fps: clip.fps });
  const url = simulator.url('camera');
  const full = startFfmpeg(decoding(url, []));
  bench.defer(() => full.stop());
  const keyframes = startFfmpeg(decoding(url, ['-skip_frame', 'nokey']));
  bench.defer(() => keyframes.stop());
  const herd = startHerd();
  bench.defer(() => herd.stop());
  herd.open([{ id: 'camera', url, frameSize: FULL_SIZE, gate: true }]);

  bench.say(`${clip.name}: ${learning} s to learn, then ${seconds} s`);
  await wait(learning, bench);
  herd.reset();
  const pid = (await herd.tally())[0]?.pid ?? 0;
  const read = (): number[] => [performance.now() / 1000, treeCpu(herd.pid), treeCpu(pid), ownCpu(full.pid), ownCpu(keyframes.pid)];
  const readings = [read()];
  for (let part = 0; part < PARTS; part++) {
    await wait(seconds / PARTS, bench);
    readings.push(read());
    full.check();
    keyframes.check();
  }
  const [tally] = await herd.tally();
  if (tally?.state !== 'online' || tally.pid !== pid) bench.say(`${clip.name}: our camera did not stay online (${tally?.state}): its figures are worth nothing`);
  await herd.stop();
  await Promise.all([full.stop(), keyframes.stop()]);
  await simulator.stop();
  const perMinute = (i: number): number => median(readings.slice(1).map((r, n) => (60 * ((r[i] ?? 0) - (readings[n]?.[i] ?? 0))) / ((r[0] ?? 0) - (readings[n]?.[0] ?? 0))));
  return { ours: perMinute(1), camera: perMinute(2), full: perMinute(3), keyframes: perMinute(4), tally: tally && { ...tally, factsLate: [], lookedLate: [] } };
}

function decoding(url: string, before: readonly string[]): string[] {
  return [...before, '-rtsp_transport', 'tcp', '-i', url, '-an', '-vf', 'fps=5,scale=160:90,format=gray', '-f', 'rawvideo', '-y', '/dev/null'];
}

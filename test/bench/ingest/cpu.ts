import { startSimulator } from '../../peers/simulator.ts';
import { cells, figure, FULL_SIZE, LEARNING, median, show, wait } from './bench.ts';
import type { Bench, Findings } from './bench.ts';
import { busyClip, idleClip } from './clips.ts';
import type { Footage } from './clips.ts';
import { startHerd } from './herd.ts';
import type { CameraTally } from './herd.ts';
import { ownCpu, startFfmpeg, treeCpu } from './processes.ts';

const SECONDS = 60;
/** A still camera is still for days: by then checks have moved apart and the interpreter has compiled what it runs, s. */
const SETTLING = 150;
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
 * What it costs to watch one 1080p25 stream, still (as three encoders send it) and busy: the camera's process and its parent, beside
 * ffmpeg decoding everything to thumbnails at 5 frames a second, and ffmpeg decoding keyframes only; all three at the same time on
 * the same live RTSP stream. The first still stream is watched alone, the others side by side.
 */
export async function measureCpu(bench: Bench): Promise<Findings> {
  const clips = [await idleClip(bench), await idleClip(bench, 'program'), await idleClip(bench, 'constant'), await busyClip(bench)] as const;
  const still = await watch(bench, clips[0], SETTLING);
  const [program, constant, busy] = await Promise.all([watch(bench, clips[1]), watch(bench, clips[2]), watch(bench, clips[3])]);
  const row = (name: string, c: Cost): string => {
    const { asleep, decoded, packets, bitrate } = within(c.tally);
    const beside = `asleep ${show(100 * asleep)} %, ${decoded} of ${packets} pictures decoded, ${c.tally?.kept ?? 0} kept, ${show(bitrate / 1e6)} Mbit/s`;
    return cells(name, c.ours, c.camera, c.full, c.keyframes, c.ours / c.full, c.ours / c.keyframes, beside);
  };
  return {
    lines: [
      'Processor seconds per minute of a 1080p25 H.264 stream over live RTSP; medians',
      '',
      cells('', 'Lookout', '… the camera\'s process alone', 'ffmpeg, all to 5 fps thumbnails', 'ffmpeg, keyframes only', 'against all', 'against keyframes', ''),
      '|---|---|---|---|---|---|---|---|',
      row('still, one quality', still),
      row('still, x264\'s rate control (crf)', program),
      row('still, its noise filling a constant bit rate', constant),
      row('busy', busy),
    ],
    figures: {
      idle_cpu_vs_full: figure(still.ours / still.full),
      idle_cpu_vs_keyframes: figure(still.ours / still.keyframes),
      idle_cpu_camera_process_vs_full: figure(still.camera / still.full),
      idle_cpu_s_per_min: figure(still.ours),
      full_cpu_s_per_min: figure(still.full),
      keyframes_cpu_s_per_min: figure(still.keyframes),
      idle_crf_cpu_vs_full: figure(program.ours / program.full),
      idle_constant_rate_cpu_vs_full: figure(constant.ours / constant.full),
      busy_cpu_vs_full: figure(busy.ours / busy.full),
      busy_cpu_s_per_min: figure(busy.ours),
    },
    details: { still, program, constant, busy },
  };
}

/** Between the first and the last time that we were told, since the measuring began. */
function within(tally: CameraTally | undefined): { asleep: number; decoded: number; packets: number; bitrate: number } {
  const { first, last } = tally ?? {};
  if (!first || !last) return { asleep: Number.NaN, decoded: 0, packets: 0, bitrate: Number.NaN };
  const asleep = (last.asleep * last.observed - first.asleep * first.observed) / (last.observed - first.observed);
  return { asleep, decoded: last.decoded - first.decoded, packets: last.packets - first.packets, bitrate: last.bitrate };
}

async function watch(bench: Bench, clip: Footage, settling = LEARNING): Promise<Cost> {
  const seconds = bench.seconds ?? SECONDS;
  const learning = Math.min(settling, 3 * seconds);
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

import { startSimulator } from '../../peers/simulator.ts';
import { cells, figure, quantile, show, SMALL_SIZE, wait } from './bench.ts';
import type { Bench, Findings } from './bench.ts';
import { idleClip } from './clips.ts';
import { startHerd } from './herd.ts';
import type { CameraTally, Herd } from './herd.ts';
import { treeCpu, treeMemory } from './processes.ts';

const SECONDS = 120;
/** Cameras share so many of the simulator's, whose keyframes come at other moments. */
const PATHS = 10;
/** Until all are online, and until all have learned, in turns, s. */
const START = 240;
const LEARN = 420;
/** A camera that waits for its turn has decoded fewer pictures. */
const MOST_WAITING = 60;
/** Then checks move apart, s. */
const SETTLING = 60;

/** Many idle 1080p25 cameras at once, on this machine: what all of them cost, and whether any falls behind. */
export async function measureMany(bench: Bench): Promise<Findings> {
  const seconds = bench.seconds ?? SECONDS;
  const clip = await idleClip(bench);
  const simulator = await startSimulator();
  bench.defer(() => simulator.stop());
  for (let i = 0; i < PATHS; i++) {
    await simulator.tell(`p${i}`, { clip: clip.file, fps: clip.fps, seed: i + 1 });
    // two seconds between keyframes
    await wait(2 / PATHS, bench);
  }
  const herd = startHerd();
  bench.defer(() => herd.stop());
  herd.open(Array.from({ length: bench.cameras }, (_, i) => ({ id: `c${i}`, url: simulator.url(`p${i % PATHS}`), frameSize: SMALL_SIZE, gate: true })));
  const began = performance.now();
  const online = await untilOnline(bench, herd);
  const starting = (performance.now() - began) / 1000;
  bench.say(`many: ${online} of ${bench.cameras} cameras online after ${starting.toFixed(0)} s; now they learn in turns`);
  const slept = await untilAsleep(bench, herd);
  const learning = (performance.now() - began) / 1000;
  bench.say(`many: ${slept} of ${bench.cameras} asleep after ${learning.toFixed(0)} s; ${SETTLING} s to settle, then ${seconds} s`);
  await wait(SETTLING, bench);

  const dropped = async (): Promise<number> => {
    const stats = await Promise.all(Array.from({ length: PATHS }, (_, i) => simulator.tell(`p${i}`, {})));
    return stats.reduce((sum, s) => sum + s.dropped, 0);
  };
  herd.reset();
  const before = { at: performance.now(), ours: treeCpu(herd.pid), theirs: treeCpu(simulator.pid), dropped: await dropped() };
  await wait(seconds, bench);
  const passed = (performance.now() - before.at) / 1000;
  const ours = (treeCpu(herd.pid) - before.ours) / passed;
  const theirs = (treeCpu(simulator.pid) - before.theirs) / passed;
  const unsent = (await dropped()) - before.dropped;
  const tallies = await herd.tally();
  const memory = treeMemory(herd.pid);
  await herd.stop();
  await simulator.stop();

  const packets = tallies.map((tally) => packetsOf(tally, clip.fps));
  const missing = packets.reduce((sum, p) => sum + Math.max(0, p.sent - p.read), 0);
  const late = tallies.flatMap((t) => t.factsLate);
  const looked = tallies.flatMap((t) => t.lookedLate);
  const count = (of: (t: CameraTally) => number): number => tallies.reduce((sum, t) => sum + of(t), 0);
  const behind = tallies.filter((t, i) => t.state !== 'online' || t.lost > 0 || t.skipped > 0 || !t.last || Math.abs((packets[i]?.sent ?? 0) - (packets[i]?.read ?? 0)) > 1).length;
  return {
    lines: [
      `${bench.cameras} idle 1080p25 cameras for ${show(passed)} s`,
      '',
      cells('cores used by all cameras', 'by the simulator', 'memory of all, GB', 'MB a camera', 'packets missing', 'cameras that fell behind', 'newest packet known after, ms', 'picture looked at after, ms'),
      '|---|---|---|---|---|---|---|---|',
      cells(
        ours, theirs, memory.pss / 1024, memory.pss / bench.cameras, `${missing} of ${packets.reduce((sum, p) => sum + p.sent, 0)} (${unsent} never sent)`, String(behind),
        `${show(quantile(late, 0.5))}, p99 ${show(quantile(late, 0.99))}`, `${show(quantile(looked, 0.5))}, p99 ${show(quantile(looked, 0.99))}`,
      ),
    ],
    figures: {
      many_cameras: bench.cameras,
      many_online: tallies.filter((t) => t.state === 'online').length,
      many_behind: behind,
      many_cores: figure(ours),
      many_cpu_s_per_camera_minute: figure((60 * ours) / bench.cameras),
      many_memory_mb_per_camera: figure(memory.pss / bench.cameras),
      many_packets_missing: missing,
      many_skipped: count((t) => t.skipped),
      many_packet_delay_p99_ms: figure(quantile(late, 0.99)),
      many_looked_delay_p99_ms: figure(quantile(looked, 0.99)),
    },
    details: { starting, learning, slept, passed, simulator_cores: theirs, memory, unsent, kept: count((t) => t.kept), looked: looked.length, lost: count((t) => t.lost) },
  };
}

/** What was read between the first and the last time that we were told, and what the camera sent meanwhile. */
function packetsOf({ first, last }: CameraTally, fps: number): { readonly read: number; readonly sent: number } {
  if (first?.until === undefined || last?.until === undefined) return { read: 0, sent: 0 };
  return { read: last.packets - first.packets, sent: Math.round(((last.until - first.until) * fps) / 1000) };
}

async function untilOnline(bench: Bench, herd: Herd): Promise<number> {
  const end = performance.now() + START * 1000;
  for (;;) {
    await wait(2, bench);
    const tallies = await herd.tally();
    const online = tallies.filter((t) => t.state === 'online').length;
    if ((online === bench.cameras && tallies.length > 0) || performance.now() > end) return online;
  }
}

/** How many fell asleep, all or as many as there was time for. */
async function untilAsleep(bench: Bench, herd: Herd): Promise<number> {
  const end = performance.now() + LEARN * 1000;
  for (;;) {
    await wait(3, bench);
    const asleep = (await herd.tally()).filter(({ last }) => (last?.decoded ?? 0) > MOST_WAITING && (last?.asleep ?? 0) > 0).length;
    if (asleep === bench.cameras || performance.now() > end) return asleep;
  }
}

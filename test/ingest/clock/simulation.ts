import { createClock } from '../../../src/ingest/clock/clock.ts';
import type { ClockPolicy, StreamClock, WallTime } from '../../../src/ingest/clock/clock.ts';
import { createRandom } from '../random.ts';

/** A camera of which everything is known, on a virtual clock. Times in ms, `at` counts from the start of the stream. */
export interface Simulated {
  readonly seed?: number;
  readonly seconds: number;
  readonly fps?: number;
  /** ms between sender reports; 0: none */
  readonly every?: number;
  /** mean lateness of the reports that are not prompt, ms, and the share of those that are */
  readonly late?: number;
  readonly prompt?: number;
  /** ppm by which the RTP clock runs fast */
  readonly drift?: number;
  /** ms by which the camera's own clock is ahead */
  readonly ahead?: (at: number) => number;
  /** ms by which the stamps have jumped */
  readonly jumped?: (at: number) => number;
  /** B-frames between two others */
  readonly bframes?: number;
  /** ms from capture to arrival: constant, mean of an exponential part, and stalls after which all comes at once */
  readonly delay?: number;
  readonly jitter?: number;
  readonly stalls?: { readonly every: number; readonly length: number };
  /** whether a parser keeps each packet until the next; by default where there are reports */
  readonly heldBack?: boolean;
  /** reports that are stamped without any rounding */
  readonly exact?: boolean;
  readonly policy?: ClockPolicy;
  /** first stamp, ms */
  readonly start?: number;
}

export interface Told extends WallTime {
  /** capture, ms since the start of the stream */
  readonly capture: number;
  /** at − truth */
  readonly error: number;
}

export interface Outcome {
  readonly told: readonly Told[];
  readonly clock: StreamClock;
  /** frames that were told no time */
  readonly untold: number;
  /** when the first prompt report came, ms since the start of the stream */
  readonly prompt: number;
  /** when each report came, ms since the start of the stream, in order */
  readonly heard: readonly number[];
}

const EPOCH = 1_790_000_000_123.4;
const TICK = 1000 / 90_000;

interface Sent {
  readonly capture: number;
  readonly pts: number;
  readonly arrival: number;
}

export function simulate(sim: Simulated): Outcome {
  const { fps = 25, heldBack = (sim.every ?? 0) > 0, policy = 'auto' } = sim;
  const random = createRandom((sim.seed ?? 1) * 7919 + 17);
  for (let i = 0; i < 5; i++) random();
  const period = 1000 / fps;
  const packets = send(sim, fps, random);
  const srs = reports(sim, random);
  const clock = createClock({ framePeriod: () => period, heldBack: () => (heldBack ? period : 0), trueDts: !heldBack, policy });
  const told: Told[] = [];
  let untold = 0;
  let sr = -1;
  for (const [i, packet] of packets.entries()) {
    const out = heldBack ? packets[i + 1]?.arrival : packet.arrival;
    if (out === undefined) break;
    while ((srs[sr + 1]?.arrival ?? Infinity) <= packet.arrival) sr++;
    const last = srs[sr];
    const reported = last ? Math.round(1000 * (last.ntp + packet.pts - last.rtp)) / 1000 : undefined;
    clock.packet({ pts: packet.pts, dts: packet.pts, arrival: Math.floor(EPOCH + out), reported });
    const time = clock.read(packet.pts);
    if (time) told.push({ ...time, capture: packet.capture, error: time.at - EPOCH - packet.capture });
    else untold++;
  }
  return { told, clock, untold, prompt: srs.find(({ lateness }) => lateness === 0)?.arrival ?? Infinity, heard: srs.map(({ arrival }) => arrival) };
}

const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random());

function stamp(sim: Simulated, at: number): number {
  const { drift = 0, start = 0, jumped = () => 0 } = sim;
  return Math.round((start + at * (1 + drift / 1e6) + jumped(at)) / TICK) * TICK;
}

function send(sim: Simulated, fps: number, random: () => number): Sent[] {
  const { bframes = 0, delay = 20, jitter = 0, stalls } = sim;
  const sent: Sent[] = [];
  let [stall, until, arrival] = [stalls ? exponential(stalls.every, random) : Infinity, 0, 0];
  for (let i = 0; i < sim.seconds * fps; i++) {
    // P b b: the P-frame is sent first, when the encoder has it; B-frames follow
    const place = i % (bframes + 1);
    const frame = bframes === 0 ? i : place === 0 ? i + bframes : i - 1;
    const capture = (frame * 1000) / fps;
    const leaves = ((i + bframes) * 1000) / fps + delay + (jitter > 0 ? exponential(jitter, random) : 0);
    if (leaves > stall && stalls) {
      until = stall + exponential(stalls.length, random);
      stall = until + exponential(stalls.every, random);
    }
    arrival = Math.max(arrival, leaves, leaves < until ? until : 0);
    sent.push({ capture, pts: stamp(sim, capture), arrival });
  }
  return sent;
}

function reports(sim: Simulated, random: () => number): { readonly ntp: number; readonly rtp: number; readonly arrival: number; readonly lateness: number }[] {
  const { every = 0, late = 0, prompt = 0, ahead = () => 0 } = sim;
  if (every === 0) return [];
  const made: { ntp: number; rtp: number; arrival: number; lateness: number }[] = [];
  for (let at = sim.exact ? 0 : every * random(); at < sim.seconds * 1000; at += every) {
    const lateness = late > 0 && random() >= prompt ? exponential(late, random) : 0;
    made.push({ ntp: EPOCH + at + ahead(at) + lateness, rtp: stamp(sim, at), arrival: at + lateness + (sim.delay ?? 20), lateness });
  }
  return made.sort((a, b) => a.arrival - b.arrival);
}

export const after = (told: readonly Told[], from: number, to = Infinity): readonly Told[] => told.filter(({ capture }) => capture >= from && capture < to);
export const p99 = (told: readonly Told[]): number => told.map(({ error }) => Math.abs(error)).toSorted((a, b) => a - b)[Math.floor(told.length * 0.99)] ?? Number.NaN;
export const outside = (told: readonly Told[]): number => told.filter(({ error, uncertainty }) => Math.abs(error) > uncertainty).length;

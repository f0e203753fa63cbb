import type { Socket } from 'node:net';
import { createRandom } from '../ingest/random.ts';
import { isParameterSet, readClip } from './accessUnits.ts';
import type { Clip } from './accessUnits.ts';
import { createDelivery } from './delivery.ts';
import { createMediaClock } from './mediaClock.ts';
import { createOutlet } from './outlet.ts';
import type { Destination, UdpPorts } from './outlet.ts';
import { packetise } from './packetise.ts';
import { scheduleReports, senderReport } from './reports.ts';
import type { Change, PathSettings, PathStats } from './settings.ts';
import { createTimeline } from './timeline.ts';
import type { Segment } from './timeline.ts';

/** One path: a camera that films from the moment it is made, whether anybody watches or not. */
export interface SimulatedCamera {
  readonly settings: PathSettings;
  readonly clip: Clip;
  /** Begins to send to a client, after `answer`, which gets what the next packet carries. */
  play(socket: Socket, to: Destination, answer: (next: { readonly sequence: number; readonly timestamp: number }) => void): void;
  pause(socket: Socket): void;
  change(change: Change): Promise<void>;
  stats(): PathStats;
  close(): void;
}

const clips = new Map<string, Promise<Clip>>();
function clipOf(file: string): Promise<Clip> {
  const known = clips.get(file) ?? readClip(file);
  clips.set(file, known);
  return known;
}

/** Random numbers of one purpose, so that one setting's dice do not shift another's. */
function dice(seed: number, purpose: number): () => number {
  const random = createRandom(Math.imul(seed * 8 + purpose, 0x9e37_79b1));
  random();
  return random;
}

/** @param told each new stretch of its timeline */
export async function createCamera(first: PathSettings, udp: UdpPorts, told: (segment: Segment) => void): Promise<SimulatedCamera> {
  let settings = first;
  let clip = await clipOf(first.clip);
  const identity = dice(first.seed, 0);
  const timeline = createTimeline();
  const delivery = createDelivery(() => settings.delay, dice(first.seed, 1));
  const outlet = createOutlet(udp, () => settings, dice(first.seed, 2));
  const born = Date.now() + (identity() * 1000) / first.fps;
  let clock = createMediaClock(first.rtpStart, born, first.drift);
  const begun = { ssrc: 0, sequence: 0, packets: 0, octets: 0 };
  const count = { units: 0, plays: 0, reports: 0 };
  // access units in decode order: the one that is sent next, and one that is the clip's first
  let [next, origin] = [0, -(first.phase ?? 0)];
  let filming: NodeJS.Timeout | undefined;

  const restart = (): void => {
    Object.assign(begun, { ssrc: Math.floor(identity() * 2 ** 32), sequence: Math.floor(identity() * 2 ** 16), packets: 0, octets: 0 });
    clock = createMediaClock(settings.rtpStart, Date.now(), settings.drift);
  };
  const begin = (from: number, at: number): void => {
    const segment = { first: from, at, period: 1000 / settings.fps, origin, length: clip.units.length, wobble: settings.wobble };
    timeline.begin(segment);
    told(segment);
  };
  const frameOf = (unit: number): number => {
    const place = (unit - origin) % clip.units.length;
    return unit - place + (clip.units[place]?.order ?? place);
  };
  // an access unit leaves the encoder when the frame has been captured that makes room for it
  const leaves = (unit: number): number => Math.max(timeline.nominal(unit + clip.heldBack), timeline.capture(frameOf(unit)));
  const send = (number: number): void => {
    const unit = clip.units[(number - origin) % clip.units.length];
    if (!unit) return;
    const bare = unit.keyframe && !unit.nals.some((nal) => isParameterSet(clip.codec, nal));
    const timestamp = clock.ticks(timeline.capture(frameOf(number)));
    const made = packetise(clip.codec, bare ? [...clip.parameters, ...unit.nals] : unit.nals, { ...begun, timestamp });
    begun.sequence = (begun.sequence + made.packets.length) & 0xffff;
    begun.packets += made.packets.length;
    begun.octets += made.interleaved.length - 16 * made.packets.length;
    count.units++;
    delivery.push(leaves(number), () => (settings.state === 'up' ? outlet.unit(made, unit.keyframe) : undefined));
  };
  const film = (): void => {
    clearTimeout(filming);
    while (leaves(next) <= Date.now()) send(next++);
    filming = setTimeout(film, leaves(next) - Date.now());
  };
  const report = (made: number, late: number, only?: Socket): void => {
    const bytes = senderReport({ ...begun, ntp: made + late + settings.ntpOffset, rtp: clock.ticks(made) });
    count.reports++;
    delivery.push(Date.now(), () => (settings.state === 'up' ? outlet.report(bytes, only) : undefined));
  };
  const reports = scheduleReports(() => settings.reports, dice(first.seed, 3), report);

  /** From the next frame to be captured on, another clip, rate or wobble holds. */
  const turn = (another: Clip, again: boolean): void => {
    const from = next + clip.heldBack;
    const at = timeline.nominal(from);
    clip = another;
    if (again) [next, origin] = [from, from];
    begin(from, at);
  };

  restart();
  begin(0, born);
  film();
  reports.restart();
  return {
    get settings() {
      return settings;
    },
    get clip() {
      return clip;
    },
    play(socket, to, answer) {
      count.plays++;
      answer({ sequence: begun.sequence, timestamp: clock.ticks(timeline.capture(frameOf(next))) >>> 0 });
      outlet.add(socket, to, settings.join === 'keyframe');
      if (settings.reports.every > 0 && settings.reports.first !== false) reports.once((made, late) => report(made, late, socket));
    },
    pause: (socket) => outlet.remove(socket),
    async change(change) {
      const another = change.clip === undefined || change.clip === settings.clip ? clip : await clipOf(change.clip);
      const { rtpJump, cut, restart: again, remove: _, ...changed } = change;
      settings = { ...settings, ...changed };
      if (changed.drift !== undefined) clock.drift(changed.drift, Date.now());
      if (rtpJump !== undefined) clock.jump(rtpJump);
      if (again) restart();
      if (another !== clip || changed.fps !== undefined || changed.wobble !== undefined) turn(another, another !== clip);
      if (changed.reports) reports.restart();
      if (cut || again) outlet.cut();
      film();
    },
    stats: () => ({ ...count, clients: outlet.clients, dropped: outlet.dropped }),
    close() {
      clearTimeout(filming);
      reports.close();
      delivery.close();
      outlet.cut();
    },
  };
}

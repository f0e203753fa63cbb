import type { Packet } from 'node-av/lib';
import type { WallTime } from '../ingest/clock/clock.ts';
import type { Track } from '../media/track.ts';
import type { Remembered } from './packetMemory.ts';

/** A connection's track with its clock. */
export interface TimedTrack extends Track {
  /** wall clock of a stream time (ms) */
  read(pts: number): WallTime | undefined;
}

/** A packet and what is known of it; it is never changed, since others hold it too. */
export interface RingPacket extends Remembered {
  readonly packet: Packet;
}

/** A keyframe and what follows it, without a break. */
export interface Group {
  readonly track: TimedTrack;
  readonly packets: RingPacket[];
  /** when the keyframe came, ms */
  readonly came: number;
  /** stream time of its newest picture, ms */
  newest: number;
  bytes: number;
  /** wall clock of the keyframe, ms, once the clock can tell; from then on it stays, whatever becomes of the stream's time line */
  at: number | undefined;
}

/** The packets of a camera's last moments, in groups that can each be decoded; bounded in bytes and time. Only whole groups go. */
export interface PacketRing {
  readonly groups: readonly Group[];
  readonly bytes: number;
  /** Takes a packet, which is freed when it leaves. `heard` is told of it if it was kept. */
  push(track: TimedTrack, packet: RingPacket): void;
  /** No more will come of what came so far: what follows is another connection's. */
  cut(): void;
  /** Hears each packet that is kept from now on, and each cut; call what it returns to hear no more. */
  listen(heard: (group: Group, packet: RingPacket) => void, cut?: () => void): () => void;
  clear(): void;
}

export interface RingBounds {
  readonly seconds: number;
  readonly bytes: number;
}

/** Stream times that fall back by more than B-frames do, or leap ahead, are another time line's, ms. */
const BACK = 1500;
const AHEAD = 10_000;
/** What a packet costs besides its bytes. */
const OVERHEAD = 600;

/** Is a stream time of the same time line? */
function onLine({ newest }: Group, pts: number): boolean {
  return pts > newest - BACK && pts < newest + AHEAD;
}

/** The wall clock of a group's keyframe, once it can be told. */
export function groupTime(group: Group): number | undefined {
  return (group.at ??= group.track.read(group.packets[0]?.pts ?? Number.NaN)?.at);
}

/** How long ago its newest packet came, ms. */
export function groupAge(group: Group): number {
  return Date.now() - group.came - (group.newest - (group.packets[0]?.pts ?? group.newest));
}

export function createPacketRing(bounds: RingBounds, now: () => number = Date.now): PacketRing {
  const groups: Group[] = [];
  const listeners = new Set<{ heard(group: Group, packet: RingPacket): void; cut?(): void }>();
  let open: Group | undefined;
  /** its beginning had to go already: what still comes of it is only heard */
  let passing: Group | undefined;
  let bytes = 0;

  const tell = (group: Group, packet: RingPacket): void => {
    if (packet.pts > group.newest) group.newest = packet.pts;
    if (listeners.size > 0) for (const listener of listeners) listener.heard(group, packet);
  };
  const drop = (): void => {
    const gone = groups.shift();
    if (!gone) return;
    bytes -= gone.bytes;
    if (gone === open) [open, passing] = [undefined, open];
    for (const packet of gone.packets) packet.free();
  };
  const begin = (track: TimedTrack, pts: number): Group => {
    const last = groups.at(-1);
    // what was the present time line is read while it is
    if (last) groupTime(last);
    const came = now();
    // a group is needed until the next one's keyframe is old enough
    while ((groups[1]?.came ?? came) <= came - 1000 * bounds.seconds && groups.length > 1) drop();
    const group = { track, packets: [], came, newest: pts, bytes: 0, at: undefined };
    groups.push(group);
    return group;
  };
  return {
    groups,
    get bytes() {
      return bytes;
    },
    push(track, packet) {
      const { pts, keyframe } = packet;
      if (keyframe && !Number.isNaN(pts)) [open, passing] = [begin(track, pts), undefined];
      else if (open && !onLine(open, pts)) open = undefined;
      if (!open) {
        if (passing && onLine(passing, pts)) tell(passing, packet);
        return packet.free();
      }
      open.packets.push(packet);
      open.bytes += packet.size + OVERHEAD;
      bytes += packet.size + OVERHEAD;
      tell(open, packet);
      while (bytes > bounds.bytes) drop();
    },
    cut: () => {
      if (open) groupTime(open);
      open = passing = undefined;
      for (const listener of listeners) listener.cut?.();
    },
    listen: (heard, cut) => listened(listeners, { heard, ...(cut ? { cut } : {}) }),
    clear: () => {
      while (groups.length > 0) drop();
    },
  };
}

function listened<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

import { AV_FRAME_DATA_DISPLAYMATRIX, AV_NOPTS_VALUE, AV_PIX_FMT_RGB24 } from 'node-av/constants';
import type { Frame, Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { openSoftware } from '../ingest/picture/codec.ts';
import { readOrientation, turnUpright } from '../ingest/picture/orientation.ts';
import { createScaler } from '../ingest/picture/scaler.ts';
import { lying, shownSize } from '../ingest/picture/shapes.ts';
import { encodeJpeg } from '../media/jpeg.ts';
import type { Rgb } from '../media/jpeg.ts';
import type { Track } from '../media/track.ts';
import { groupTime } from './packetRing.ts';
import type { Group } from './packetRing.ts';

/** What a picture is decoded from. */
export interface SnapshotPlan {
  readonly track: Track;
  /** from a keyframe on, in decoding order; they are the plan's own */
  readonly packets: readonly Packet[];
  /** wall clock of the picture that is wanted, of the first packet, and stream time of that, ms */
  readonly at: number;
  readonly keyAt: number;
  readonly keyPts: number;
}

/** A picture farther from the wanted moment than this is not of it, ms. */
const NEAR = 1500;
/** Pictures come out in another order than packets go in; so many packets beyond the moment are enough. */
const BEYOND = 17;
/** What a snapshot may take of memory in packets. */
const MAX_PACKETS = 3000;

/** Finds the packets of the picture nearest to `at` (wall clock, ms) and takes references to them. Throws MEDIA_GONE. */
export function planSnapshot(groups: readonly Group[], at: number): SnapshotPlan {
  const timed = groups.filter((group) => groupTime(group) !== undefined);
  const group = timed.findLast((one) => (one.at ?? 0) <= at) ?? timed[0];
  const [first, keyAt] = [group?.packets[0], group?.at];
  const gone = new LookoutError('MEDIA_GONE', `The camera has no picture of ${new Date(at).toISOString()}.`);
  if (!group || !first || keyAt === undefined || keyAt - at > NEAR) throw gone;
  const wanted = first.pts + at - keyAt;
  if (wanted - group.newest > NEAR) throw gone;
  const next = timed[timed.indexOf(group) + 1];
  // pictures that are shown before a keyframe may come after it
  const all = next?.track === group.track ? [...group.packets, ...next.packets.slice(0, BEYOND)] : group.packets;
  const past = all.findIndex((packet) => packet.pts > wanted);
  const needed = past < 0 ? all : all.slice(0, past + BEYOND);
  if (needed.length > MAX_PACKETS) throw gone;
  const packets = needed.flatMap(({ packet }) => packet.clone() ?? []);
  return { track: group.track, packets, at, keyAt, keyPts: first.pts };
}

/** A picture with its wall clock, ms. */
export interface Snapshot {
  readonly at: number;
  readonly jpeg: Buffer;
}

/**
 * The picture at the planned moment as JPEG, whole, upright, pixels square, with a decoder of its own. Frees the plan. Throws MEDIA_GONE, or
 * CAMERA_NO_VIDEO where nothing can be decoded.
 */
export async function takeSnapshot(plan: SnapshotPlan): Promise<Snapshot> {
  try {
    const found = await decodeNearest(plan);
    if (!found) throw new LookoutError('MEDIA_GONE', `The picture of ${new Date(plan.at).toISOString()} cannot be decoded.`);
    return { at: found.at, jpeg: await encodeJpeg(found.picture) };
  } finally {
    for (const packet of plan.packets) packet.free();
  }
}

async function decodeNearest({ track, packets, at, keyAt, keyPts }: SnapshotPlan): Promise<{ at: number; picture: Rgb } | undefined> {
  const tick = (1000 * track.timeBase.num) / track.timeBase.den;
  const decoder = openSoftware(track);
  let best: { readonly frame: Frame; readonly at: number } | undefined;
  const offer = (frame: Frame): boolean => {
    const stamp = frame.bestEffortTimestamp;
    const time = keyAt + Number(stamp) * tick - keyPts;
    const nearer = stamp !== AV_NOPTS_VALUE && (!best || Math.abs(time - at) < Math.abs(best.at - at));
    if (!nearer) {
      frame.free();
      return time > at;
    }
    best?.frame.free();
    best = { frame, at: time };
    return false;
  };
  try {
    let over = false;
    for (const packet of [...packets, null]) {
      if (over) break;
      await decoder.send(packet);
      for (let frame = await decoder.receive(); frame; frame = await decoder.receive()) over = offer(frame) || over;
    }
    if (!best || Math.abs(best.at - at) > NEAR) return undefined;
    return { at: best.at, picture: await upright(best.frame) };
  } finally {
    best?.frame.free();
    decoder.close();
  }
}

async function upright(frame: Frame): Promise<Rgb> {
  const turn = readOrientation(frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX));
  const shown = shownSize(frame, turn);
  const size = { width: Math.max(1, Math.round(shown.width)), height: Math.max(1, Math.round(shown.height)) };
  const [width, height] = lying(size, turn);
  const scaler = createScaler(AV_PIX_FMT_RGB24);
  try {
    return { ...size, data: turnUpright<Uint8Array>(await scaler.later(frame, width, height), width, height, 3, turn) };
  } finally {
    scaler.close();
  }
}

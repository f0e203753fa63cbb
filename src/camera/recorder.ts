import { AV_PKT_DATA_NEW_EXTRADATA } from 'node-av/constants';
import { CodecParameters } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import type { WallTime } from '../ingest/clock/clock.ts';
import type { Source } from '../ingest/source.ts';
import type { CameraInit, FromCamera } from './cameraWire.ts';
import { followClip } from './clipFollow.ts';
import type { FollowedClip } from './clipFollow.ts';
import type { Span } from './clipJob.ts';
import type { KeepOrder } from './keepWire.ts';
import { createLiveViews } from './liveViews.ts';
import type { LiveOrder } from './liveWire.ts';
import { createPacketRing } from './packetRing.ts';
import type { PacketRing, RingPacket, TimedTrack } from './packetRing.ts';
import { startRecording } from './recording.ts';
import type { RecordOrder } from './recordWire.ts';
import { createSnapshots } from './snapshots.ts';

/** One connection's packets on their way into the memory. */
export interface Recording {
  /** Takes a reference to a packet. */
  packet(packet: Packet, known: Pick<RingPacket, 'pts' | 'keyframe' | 'size'>): void;
  /** No more will come. */
  end(): void;
}

/** What a camera's process keeps of the last moments, and what is made of it on demand. It outlives connections. */
export interface Recorder {
  /** `wanted` is called when packets that are held back are needed. */
  open(source: Pick<Source, 'codec' | 'stream'>, clock: { read(pts: number): WallTime | undefined }, wanted?: () => void): Recording;
  /** Does as it is told, and answers once, or as long as somebody watches. */
  told(order: KeepOrder | LiveOrder | RecordOrder): void;
  /** A clip or a viewer waits for what comes: packets should come at once. */
  readonly waiting: boolean;
  /** All packets have to come, though it may be late. */
  readonly recording: boolean;
  /** Resolves when what was recorded is in its place. */
  close(): Promise<void>;
}

/** What is remembered for those who watch live, where nothing else is: the last keyframe and what follows it. */
const LITTLE = { seconds: 0, mb: 32 };
/** Of one camera at once; more are refused. */
const MAX_CLIPS = 8;

export function createRecorder({ record, recording }: Pick<CameraInit, 'record' | 'recording'>, send: (message: FromCamera) => boolean): Recorder {
  const { seconds, mb } = record ?? LITTLE;
  const ring = createPacketRing({ seconds, bytes: mb * 1e6 });
  const snapshot = createSnapshots(ring);
  const views = createLiveViews(ring);
  const job = recording && startRecording(ring, recording, send);
  const clips = new Map<number, FollowedClip>();
  let wanted = (): void => undefined;

  const answer = (id: number, work: Promise<Span>): void => {
    work.then(
      ({ from, to }) => send({ kind: 'kept', id, ok: true, from, to }),
      (error: unknown) => {
        const { code, detail } = error instanceof LookoutError ? error : new LookoutError('MEDIA_WRITE', String(error));
        send({ kind: 'kept', id, ok: false, code, detail });
      },
    );
  };
  const clip = async (id: number, from: number, to: number, file: string): Promise<Span> => {
    if (clips.size >= MAX_CLIPS) throw new LookoutError('MEDIA_BUSY', 'Too many clips are being cut.');
    const followed = followClip(ring, { from, to }, file);
    clips.set(id, followed);
    try {
      return await followed.done;
    } finally {
      clips.delete(id);
    }
  };
  return {
    open(source, clock, release = () => undefined) {
      wanted = release;
      return openRecording(ring, source, clock);
    },
    told(order) {
      wanted();
      if (order.kind === 'record') return job?.told(order);
      if (order.kind === 'snapshot') answer(order.id, snapshot(order.at, order.file));
      else if (order.kind === 'clip') answer(order.id, clip(order.id, order.from, order.to, order.file));
      else if (order.kind === 'until') clips.get(order.id)?.until(order.to);
      else views.told(order);
    },
    get waiting() {
      return clips.size + views.size > 0;
    },
    get recording() {
      return job?.active === true;
    },
    close: async () => job?.close(),
  };
}

function openRecording(ring: PacketRing, { codec, stream }: Pick<Source, 'codec' | 'stream'>, clock: { read(pts: number): WallTime | undefined }): Recording {
  const trackOf = (extradata?: Buffer): TimedTrack => {
    const codecpar = new CodecParameters();
    codecpar.alloc();
    stream.codecpar.copy(codecpar);
    if (extradata) codecpar.extradata = extradata;
    const { num, den } = stream.timeBase;
    return { codec, codecpar, timeBase: { num, den }, read: clock.read };
  };
  let track = trackOf();
  return {
    packet(packet, known) {
      const changed = known.keyframe ? newParameters(packet, track) : undefined;
      if (changed) track = trackOf(changed);
      // of its own, since the other one keeps a copy of its bytes once they have been looked at
      const own = packet.clone();
      if (own) ring.push(track, { packet: own, ...known, free: () => own.free() });
    },
    end: ring.cut,
  };
}

/** RTMP tells of other parameters beside the packet from which they hold. */
function newParameters(packet: Packet, track: TimedTrack): Buffer | undefined {
  const told = packet.getSideData(AV_PKT_DATA_NEW_EXTRADATA);
  return told && told.length > 0 && !track.codecpar.extradata?.equals(told) ? Buffer.from(told) : undefined;
}

import type { WallTime } from '../ingest/clock/clock.ts';
import type { DecodedPicture } from '../ingest/decoder.ts';
import { CHOICE } from '../sample/candidate.ts';
import type { PacketGate } from '../sample/packetGate.ts';
import { Sampler } from '../sample/sampler.ts';
import type { Candidate } from '../sample/sampler.ts';
import type { CameraInit, FromCamera } from './cameraWire.ts';
import { createOrder } from './order.ts';
import { createPicker } from '../ingest/picker.ts';

/** What a picture showed: does something move, and for how long (ms) has nothing moved? */
export interface Glance {
  readonly moving: boolean;
  readonly quietFor: number;
}

export interface Gaze {
  /** Looks at a picture and frees it, now or when nothing holds it any longer. `check`: a lone keyframe, seen while asleep. */
  look(picture: DecodedPicture, check: boolean): Promise<Glance>;
  /** The camera falls asleep: pictures from before a wake-up will come again. */
  rest(): void;
  /** Frees what is held. */
  close(): void;
}

interface Seen extends Candidate, WallTime {
  readonly picture: DecodedPicture;
  /** what it showed; told apart from the sampler's last one because frames from before a wake-up are kept later */
  mark?: Sampler<Seen>['seen'];
}

/** Of a picture that says nothing new. */
const NOTHING: Glance = { moving: false, quietFor: 0 };
/** Damaged pictures count when there has been no other for so long, ms. */
const ONLY_DAMAGED = 3000;
/** Asleep, nothing has changed since the last kept frame: the next one is for a look at a still scene, and they are rare, ms. */
const ASLEEP_INTERVAL = 20_000;

/** From a decoded picture to what is sent on: its time, a thumbnail, the sampler's choice, and the chosen ones in full. */
export function createGaze(init: CameraInit, clock: { read(pts: number): WallTime | undefined }, gate: PacketGate | undefined, send: (message: FromCamera) => boolean): Gaze {
  const picker = createPicker(init.sample.frameRate * CHOICE);
  const inOrder = createOrder();
  let lastSound = Number.NEGATIVE_INFINITY;
  let lastKept = Number.NEGATIVE_INFINITY;

  const release = (seen: Seen, kept: boolean): void => {
    const { at, uncertainty, timeSource, picture, mark } = seen;
    if (init.tell) send({ kind: 'looked', looked: { pts: picture.pts / 1000, at, uncertainty, timeSource, kept, ...(mark ?? sampler.seen) } });
    picture.free();
  };
  const sampler = new Sampler<Seen>(init.sample, (seen) => release(seen, false));

  /** Its time, if the picture is worth a look at all. */
  const timeOf = (picture: DecodedPicture, check: boolean): WallTime | undefined => {
    if (picture.damaged && picture.pts - lastSound <= ONLY_DAMAGED) return undefined;
    if (!picture.damaged) lastSound = picture.pts;
    return check || picker(picture.pts) ? clock.read(picture.pts) : undefined;
  };
  const keep = async (seen: Seen): Promise<void> => {
    const { at, uncertainty, timeSource, picture } = seen;
    lastKept = at;
    const image = await picture.image();
    release(seen, true);
    send({ kind: 'frame', frame: { at, uncertainty, timeSource, pts: picture.pts / 1000, ...image } });
  };
  return {
    async look(picture, check) {
      const time = timeOf(picture, check);
      if (!time) {
        picture.free();
        return NOTHING;
      }
      const seen: Seen = { ...time, picture, thumbnail: await picture.thumbnail() };
      if (check && sampler.peek(seen)) {
        // the pictures before it come first: it is not taken before they are
        picture.free();
        gate?.looked(picture.pts, true, true);
        return { moving: true, quietFor: 0 };
      }
      const early = check && Math.abs(time.at - lastKept) < ASLEEP_INTERVAL;
      if (early || !inOrder(time.at)) {
        picture.free();
        if (early) gate?.looked(picture.pts, false, true);
        return NOTHING;
      }
      const kept = sampler.take(seen);
      seen.mark = sampler.seen;
      gate?.looked(picture.pts, sampler.awake, check);
      for (const one of kept) await keep(one);
      return { moving: sampler.awake, quietFor: sampler.quietFor(time.at) };
    },
    rest: () => sampler.rest(),
    close: () => sampler.clear(),
  };
}

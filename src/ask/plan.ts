import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { liveFootage, recordedFootage } from './footage.ts';
import type { Footage, LiveFrames } from './footage.ts';
import type { AskOptions } from './request.ts';
import type { Source, Stretch } from './steps.ts';

/** What a question about a camera is answered from. */
export interface CameraPlan {
  readonly source: Source;
  /** in order */
  readonly footage: readonly Footage[];
  /** what is left of the range: the log knows what was seen */
  readonly logged: readonly Stretch[];
}

export interface CameraSources {
  readonly recordings?: Pick<Recordings, 'stretches' | 'frames'>;
  readonly frames?: LiveFrames;
}

/** Frames that begin and end this near to a range's ends show all of it, ms: a still scene has one every two seconds. */
const NEAR = 2500;
/** A rest of a range that is shorter than this is not worth a look into the log, ms. */
const LEAST = 500;

/** More of a recording than this is not looked at unless that is wished: it was watched when it was made, and the log answers at once, ms. */
const MOST_LOOKED = 2 * 3_600_000;

/** Where a camera's past is to be had: its recording, the last seconds that the daemon remembers, else the log. Throws MEDIA_GONE where the wish cannot be met. */
export function planFor(camera: string, range: Stretch, { recordings, frames }: CameraSources, config: Config, { source, frame_rate: rate }: Pick<AskOptions, 'source' | 'frame_rate'>): CameraPlan {
  const whole = frames && source === 'auto' ? liveFootage(frames, camera, range, -Infinity) : undefined;
  // what the model has just seen is at hand, and newer than any recording
  if (whole && whole.stretch.from <= range.from + NEAR && whole.stretch.to >= range.to - NEAR) return { source: 'live', footage: [whole], logged: [] };
  const found = recordings && (source === 'auto' || source === 'recording') ? recordedFootage(recordings, camera, range, config, rate) : [];
  const recorded = source === 'auto' && lengthOf(found) > MOST_LOOKED ? [] : found;
  const until = recorded.at(-1)?.stretch.to ?? -Infinity;
  // the running segment ends some seconds ago
  const live = frames && (source === 'auto' || source === 'live') && range.to - until >= LEAST ? liveFootage(frames, camera, range, until) : undefined;
  const footage = live ? [...recorded, live] : recorded;
  if (footage.length === 0 && source !== 'auto' && source !== 'events') {
    throw new LookoutError('MEDIA_GONE', source === 'live' ? `No frames of ${camera} are remembered of that time.` : `${camera} was not recorded then.`);
  }
  const logged = source === 'recording' || source === 'live' ? [] : without(range, footage.map((f) => f.stretch));
  return { source: recorded.length > 0 ? 'recording' : live ? 'live' : 'events', footage, logged };
}

function lengthOf(footage: readonly Footage[]): number {
  return footage.reduce((sum, { stretch: { from, to } }) => sum + to - from, 0);
}

/** A range without these stretches, which are in order. */
export function without(range: Stretch, taken: readonly Stretch[]): Stretch[] {
  const edges = [...taken.filter((t) => t.to > range.from && t.from < range.to), { from: range.to, to: range.to }];
  let from = range.from;
  return edges.flatMap((t) => {
    const rest = { from, to: t.from };
    from = Math.max(from, t.to);
    return rest.to - rest.from >= LEAST ? [rest] : [];
  });
}

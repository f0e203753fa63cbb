import { setImmediate } from 'node:timers/promises';
import { readFragmented, spanOf } from './fragmented.ts';
import type { Fragmented, Sample } from './fragmented.ts';
import type { Listed } from './folder.ts';
import { TIMESCALE } from './progressive.ts';
import type { Film, FilmSample } from './progressive.ts';
import type { Stretch } from './recordings.ts';
import { gapsIn } from './stretches.ts';

/** A sample of the film, and where its bytes are. */
export interface PlannedSample extends FilmSample {
  readonly file: string;
  readonly offset: number;
}

export interface CutPlan {
  readonly film: Film;
  readonly samples: readonly PlannedSample[];
  /** wall clock of the end of its last picture, ms */
  readonly to: number;
  readonly gaps: readonly Stretch[];
}

/** One file's pictures by the wall clock, ms. */
interface Timed {
  readonly file: Listed;
  readonly head: Fragmented;
  readonly samples: readonly (Sample & { readonly at: number; readonly decodedAt: number })[];
}

/** An open group's keyframe ends one file and begins the next; the same picture by both clocks, ms. */
const SAME = 2;
/** The clock was put right by so much between two files: none of their pictures are left out, those that seem to overlap follow closely, ms. */
const PUT_RIGHT = 1000;
const CLOSELY = 0.001;

/**
 * What of these files shows a stretch (wall clock, ms). They have to have one format: it ends where that changes, and the rest is a gap. undefined: nothing.
 */
export async function plannedCut(files: readonly Listed[], { camera, from, to }: Stretch, signal?: AbortSignal): Promise<CutPlan | undefined> {
  const shown: Stretch[] = [];
  const samples: PlannedSample[] = [];
  let first: { readonly head: Fragmented; readonly at: number } | undefined;
  let end = Number.NEGATIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  let decoded = Number.NEGATIVE_INFINITY;
  /** the newest picture is a keyframe: what follows may begin with it */
  let shared = false;
  for (const file of files) {
    signal?.throwIfAborted();
    await setImmediate();
    const timed = timesOf(file);
    if (!timed) continue;
    if (first && !timed.head.description.equals(first.head.description)) break;
    const wanted: Timed['samples'] = first ? after(within(timed, newest - PUT_RIGHT, to), newest, shared) : within(timed, from, to);
    const start = wanted[0]?.at;
    if (start === undefined) continue;
    first ??= { head: timed.head, at: start };
    let last = start;
    for (const { at, decodedAt, duration, keyframe, offset, size } of wanted) {
      // in whole ticks, each decoded after the one before it
      decoded = Math.max(decoded + 1, ticks(decodedAt - first.at));
      samples.push({ dts: decoded, pts: ticks(at - first.at), keyframe, size, chunk: Math.floor((at - first.at) / 1000), file: file.file, offset });
      if (at >= newest) [newest, shared] = [at, keyframe];
      last = Math.max(last, at + (1000 * duration) / timed.head.timescale);
    }
    end = Math.max(end, last);
    shown.push({ camera, from: start, to: last });
  }
  if (!first) return undefined;
  const film = { samples, end: ticks(end - first.at), description: first.head.description, shape: first.head.shape, at: first.at };
  return { film, samples, to: end, gaps: gapsIn(shown, { camera, from, to }) };
}

const ticks = (ms: number): number => Math.round((ms * TIMESCALE) / 1000);

/** Between its two ends a file's stamps are laid evenly over the wall clock; one that grows has not got its end yet. */
function timesOf(file: Listed): Timed | undefined {
  const head = readIfThere(file.file);
  const span = head && spanOf(head.samples);
  if (!span || span.end <= span.start) return undefined;
  const scale = file.growing ? 1000 / head.timescale : (file.to - file.from) / (span.end - span.start);
  const clock = (tick: number): number => file.from + (tick - span.start) * scale;
  const samples = file.growing ? withoutHoles(head.samples) : head.samples;
  return { file, head, samples: samples.map((sample) => ({ ...sample, at: clock(sample.pts), decodedAt: clock(sample.dts) })) };
}

/** Of a file that more may come of: up to where nothing is missing before a picture that is there. What is still to come is not shown before it is decoded. */
function withoutHoles(samples: readonly Sample[]): readonly Sample[] {
  const last = samples.at(-1);
  let coming = last ? last.dts + last.duration : 0;
  let latest = Number.NEGATIVE_INFINITY;
  const shownUntil = samples.map(({ pts }) => (latest = Math.max(latest, pts)));
  let end = samples.length;
  for (; end > 0 && (shownUntil[end - 1] ?? 0) >= coming; end--) coming = Math.min(coming, samples[end - 1]?.pts ?? coming);
  return samples.slice(0, end);
}

/** From the keyframe at or before `from` to the last picture that is needed to show all until `to`, and what is shown before that one. */
function within({ samples }: Timed, from: number, to: number): Timed['samples'] {
  const before = samples.findLastIndex(({ keyframe, at }) => keyframe && at <= from);
  const begin = before >= 0 ? before : samples.findIndex(({ keyframe }) => keyframe);
  const key = samples[begin];
  if (!key || key.at > to) return [];
  let last = begin;
  for (let until = to, more = true; more;) {
    const next = samples.findLastIndex(({ at }) => at <= until);
    more = next > last;
    for (; last < next; last++) until = Math.max(until, samples[last + 1]?.at ?? until);
  }
  // pictures that are shown before the first keyframe refer to what is not there
  return samples.slice(begin, last + 1).filter(({ at }) => at >= key.at);
}

/** Moments that were taken before the clock was set back are shown by the file that came first. */
function after(samples: Timed['samples'], newest: number, shared: boolean): Timed['samples'] {
  const begin = samples.findIndex(({ keyframe, at }) => keyframe && at > newest - PUT_RIGHT);
  const key = samples[begin];
  if (!key) return [];
  const first = begin + (shared && Math.abs(key.at - newest) <= SAME ? 1 : 0);
  return samples.slice(first).flatMap((one) => (one.at < key.at ? [] : [{ ...one, at: one.at > newest ? one.at : newest + CLOSELY * (1 + one.at - key.at) }]));
}

function readIfThere(file: string): Fragmented | undefined {
  try {
    return readFragmented(file);
  } catch (error) {
    // the retention was faster
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

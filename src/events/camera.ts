import type { Answer, Event, EventPhase, Sighting } from '../values.ts';
import { apart, assign, covers, rivals } from './assign.ts';
import type { Match, Same } from './assign.ts';
import { normalise } from './text.ts';
import { addSeen, confidenceOf, endOf, readingOf, startOf, strength } from './track.ts';
import type { Seen, Track } from './track.ts';
import { contradicted, settled, supported } from './evidence.ts';

export interface CameraStitchOptions {
  /** ms by which the windows' times of one happening may differ */
  readonly tolerance: number;
  /** a sighting this sure is told at once */
  readonly minConfidence: number;
  /** sightings wanted of one that is less sure */
  readonly confirmations: number;
  now(): number;
  newId(): string;
}

/** Joins the answers to one camera's windows. Plain state, no clock of its own: it advances with the answers. */
export interface CameraStitcher {
  /** pairs of texts whose equivalence would decide where this answer's sightings belong */
  questions(answer: Answer, known: (a: string, b: string) => boolean): (readonly [string, string])[];
  absorb(answer: Answer, same: Same): Event[];
  /** the camera's last word: what is open ends */
  finish(): Event[];
}

/** Hard ceilings: a model that babbles must not fill the memory. */
const MOST_TRACKS = 64;
const MOST_SIGHTINGS = 32;
const MOST_WINDOWS = 16;
/** A window is to show what lies so far inside it (× tolerance); nearer to its edge it may leave it out. */
const MARGIN = 0.5;
/** Earlier windows that did not show a new track count against it, but no more than these. */
const MOST_EARLIER_MISSES = 2;
/** Smaller moves of start or end, ms, are not worth telling. */
const WORTH_TELLING = 150;
/** One window that tells the same thing twice this near (× tolerance) stutters. */
const STUTTER = 1;

export function createCameraStitcher(opts: CameraStitchOptions): CameraStitcher {
  const { tolerance } = opts;
  const margin = MARGIN * tolerance;
  let tracks: Track[] = [];
  let windows: Pick<Answer, 'windowId' | 'from' | 'to'>[] = [];
  let last: Answer | undefined;

  const begin = (sighting: Sighting, matches: readonly Match[]): Track => {
    const key = normalise(sighting.text);
    let { length: misses } = windows.filter((w) => covers(w, sighting.start, sighting.end, margin));
    for (const { track } of matches) {
      // another track took this for a reading of its own, until this window showed both: no window missed it
      const before = track.seen.length;
      if (readingOf(track).key !== key) track.seen = track.seen.filter((s) => s.key !== key);
      misses -= before - track.seen.length;
    }
    misses = Math.max(0, Math.min(MOST_EARLIER_MISSES, misses));
    return { seen: [{ ...sighting, key }], misses, phase: 'held', event: undefined };
  };

  /** Is there a rival that more speaks for? What has been told is stronger than what has not. */
  const rivalled = (track: Track): boolean =>
    tracks.some((o) => {
      if (o === track || o.phase === 'retracted' || !rivals(o, track, tolerance)) return false;
      return o.phase !== 'held' || strength(o) > strength(track);
    });

  const tell = (track: Track, phase: EventPhase, answer: Answer): Event => {
    const { key, text } = readingOf(track);
    const start = startOf(track);
    const end = endOf(track);
    const before = track.event;
    track.event = {
      id: before?.id ?? opts.newId(),
      camera: answer.camera,
      text,
      start: start.at,
      end: Math.max(start.at, end.at),
      startUncertainty: start.uncertainty,
      endUncertainty: end.uncertainty,
      timeSource: answer.timeSource,
      phase,
      windowId: answer.windowId,
      model: answer.model,
      confidence: confidenceOf(track, key),
      sightings: track.seen.length,
      detectedAt: before?.detectedAt ?? opts.now(),
      latency: before?.latency ?? answer.latency,
    };
    return track.event;
  };

  const judge = (track: Track, shown: boolean, answer: Answer): Event[] => {
    if (track.phase === 'ended') return [];
    if (track.phase === 'held' || track.phase === 'retracted') {
      if (!shown || !supported(track, rivalled(track), opts)) return [];
      const phase = track.phase === 'held' ? 'new' : 'update';
      track.phase = 'known';
      return [tell(track, phase, answer)];
    }
    if (contradicted(track)) {
      track.phase = 'retracted';
      return [tell(track, 'retracted', answer)];
    }
    if (settled(track, shown, answer, margin)) {
      track.phase = 'ended';
      return [tell(track, 'end', answer)];
    }
    const told = track.event;
    const moved = (a: number, b: number | undefined): boolean => Math.abs(a - (b ?? 0)) >= WORTH_TELLING;
    const changed = readingOf(track).text !== told?.text || moved(startOf(track).at, told?.start) || moved(endOf(track).at, told?.end);
    return shown && changed ? [tell(track, 'update', answer)] : [];
  };

  const forget = (answer: Answer): void => {
    windows = [...windows, answer].slice(-MOST_WINDOWS).map(({ windowId, from, to }) => ({ windowId, from, to }));
    // what ended long before the window can be neither shown nor missed again
    tracks = tracks.filter((t) => t.phase === 'known' || endOf(t).at >= answer.from - 3 * tolerance);
    if (tracks.length <= MOST_TRACKS) return;
    const rank = (t: Track): number => (t.phase === 'known' ? 1 : 0);
    tracks = [...tracks].sort((a, b) => rank(a) - rank(b) || startOf(a).at - startOf(b).at).slice(-MOST_TRACKS);
  };

  return {
    questions(answer, known) {
      const asked: (readonly [string, string])[] = [];
      for (const s of sightingsOf(answer, tolerance, () => false)) {
        const key = normalise(s.text);
        const near = tracks.filter((t) => apart(t, s, 2 * tolerance) !== undefined);
        if (near.some((t) => t.seen.some((seen) => seen.key === key || normalise(seen.text) === key))) continue;
        for (const t of near) if (!known(readingOf(t).text, s.text)) asked.push([readingOf(t).text, s.text]);
      }
      return asked;
    },

    absorb(answer, same) {
      if (windows.some((w) => w.windowId === answer.windowId)) return [];
      const sightings = sightingsOf(answer, tolerance, same);
      const matches = assign(answer, sightings, tracks, tolerance, same);
      const shown = new Set(matches.map((m) => m.track));
      for (const { track, sighting, another } of matches) addSeen(track, { ...sighting, key: keyFor(track, sighting, another) });
      for (const track of tracks) {
        if (!shown.has(track) && covers(answer, startOf(track).at, endOf(track).at, margin)) track.misses++;
      }
      for (const sighting of sightings) {
        if (matches.some((m) => m.sighting === sighting)) continue;
        const track = begin(sighting, matches);
        tracks.push(track);
        shown.add(track);
      }
      tracks.sort((a, b) => startOf(a).at - startOf(b).at);
      const events = tracks.flatMap((track) => judge(track, shown.has(track), answer));
      forget(answer);
      last = answer;
      return events;
    },

    finish() {
      const answer = last;
      if (!answer) return [];
      const open = tracks.filter((t) => t.phase === 'known');
      tracks = [];
      return open.map((track) => tell(track, 'end', answer));
    },
  };
}

/** Texts that say the same share a key, so that they support one reading. */
function keyFor(track: Track, sighting: Sighting, another: boolean): string {
  const key = normalise(sighting.text);
  const seen = track.seen.find((s: Seen) => s.key === key || normalise(s.text) === key);
  return seen?.key ?? (another ? key : readingOf(track).key);
}

/** The answer's sightings in good order: none without words, none backwards, no stutter. */
function sightingsOf(answer: Answer, tolerance: number, same: Same): Sighting[] {
  const kept: Sighting[] = [];
  const sound = answer.sightings.filter((s) => normalise(s.text) !== '' && Number.isFinite(s.start) && Number.isFinite(s.end));
  for (const s of sound.slice(0, MOST_SIGHTINGS)) {
    const twice = kept.findIndex(
      (k) => Math.abs(k.start - s.start) <= STUTTER * tolerance && (normalise(k.text) === normalise(s.text) || same(k.text, s.text)),
    );
    const twin = kept[twice];
    if (!twin) kept.push(s.end < s.start ? { ...s, end: s.start } : s);
    else if (s.confidence > twin.confidence) kept[twice] = s;
  }
  return kept;
}

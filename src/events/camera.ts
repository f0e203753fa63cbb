import type { Answer, Event, EventPhase, Sighting } from '../values.ts';
import { apart, assign, covers, outweighs } from './assign.ts';
import type { Match, Same } from './assign.ts';
import { toEvent } from './event.ts';
import { contradicted, settled, supported } from './evidence.ts';
import { sightingsOf } from './sightings.ts';
import { normalise } from './text.ts';
import { addSeen, endOf, hasSeen, keyFor, readingOf, startOf } from './track.ts';
import type { Track } from './track.ts';
import { twinOf } from './twin.ts';

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

/** Hard ceilings: a model that babbles must not fill the memory. */
const MOST_TRACKS = 64;
const MOST_WINDOWS = 16;
/** A window is to show what lies so far inside it (× tolerance); nearer to its edge it may leave it out. */
const MARGIN = 0.5;
/** Earlier windows that did not show a new track count against it, but no more than these. */
const MOST_EARLIER_MISSES = 2;
/** Smaller moves of start or end, ms, are not worth telling. */
const WORTH_TELLING = 150;

/** Joins the answers to one camera's windows. Plain state without a clock of its own: it advances with the answers. */
export class CameraStitcher {
  readonly #opts: CameraStitchOptions;
  readonly #margin: number;
  #tracks: Track[] = [];
  #windows: Pick<Answer, 'windowId' | 'reason' | 'from' | 'to'>[] = [];
  #last: Answer | undefined;

  constructor(opts: CameraStitchOptions) {
    this.#opts = opts;
    this.#margin = MARGIN * opts.tolerance;
  }

  /** Pairs of texts whose equivalence would decide where this answer's sightings belong. */
  questions(answer: Answer, known: Same): (readonly [string, string])[] {
    const { tolerance } = this.#opts;
    const asked: (readonly [string, string])[] = [];
    for (const s of sightingsOf(answer, tolerance, () => false)) {
      const near = this.#tracks.filter((t) => apart(t, s, 2 * tolerance) !== undefined);
      if (near.some((t) => hasSeen(t, normalise(s.text)))) continue;
      for (const t of near) {
        const { text } = readingOf(t);
        if (!known(text, s.text)) asked.push([text, s.text]);
      }
    }
    return asked;
  }

  /** Takes an answer in and says what has become of its events: in order of their starts. */
  absorb(answer: Answer, same: Same): Event[] {
    if (this.#windows.some((w) => w.windowId === answer.windowId)) return [];
    const sightings = sightingsOf(answer, this.#opts.tolerance, same);
    const matches = assign(answer, sightings, this.#tracks, this.#opts.tolerance, same);
    const shown = new Set(matches.map((m) => m.track));
    for (const { track, sighting, another } of matches) {
      addSeen(track, { ...sighting, key: keyFor(track, normalise(sighting.text), another), windowId: answer.windowId });
    }
    // a heartbeat's few frames may fall beside a short event
    const dense = answer.reason !== 'heartbeat';
    for (const track of this.#tracks) {
      if (dense && !shown.has(track) && covers(answer, startOf(track).at, endOf(track).at, this.#margin)) track.misses++;
    }
    const matched = new Set(matches.map((m) => m.sighting));
    for (const sighting of sightings) {
      if (matched.has(sighting)) continue;
      const track = this.#begin(sighting, matches, answer.windowId);
      this.#tracks.push(track);
      shown.add(track);
    }
    this.#tracks.sort((a, b) => startOf(a).at - startOf(b).at);
    const events = this.#tracks.flatMap((track) => this.#judge(track, shown.has(track), answer));
    this.#forget(answer);
    return events;
  }

  /** The camera's last word: what is open ends. */
  finish(): Event[] {
    const answer = this.#last;
    const open = this.#tracks.filter((t) => t.phase === 'known');
    this.#tracks = [];
    return answer ? open.map((track) => this.#tell(track, 'end', answer)) : [];
  }

  #begin(sighting: Sighting, matches: readonly Match[], windowId: string): Track {
    const key = normalise(sighting.text);
    let { length: misses } = this.#windows.filter((w) => w.reason !== 'heartbeat' && covers(w, sighting.start, sighting.end, this.#margin));
    for (const { track } of matches) {
      // another track took this for a reading of its own, until this window showed both: no window missed it
      const before = track.seen.length;
      if (readingOf(track).key !== key) track.seen = track.seen.filter((s) => s.key !== key);
      misses -= before - track.seen.length;
    }
    misses = Math.max(0, Math.min(MOST_EARLIER_MISSES, misses));
    return { seen: [{ ...sighting, key, windowId }], misses, phase: 'held', event: undefined };
  }

  #judge(track: Track, shown: boolean, answer: Answer): Event[] {
    if (track.phase === 'ended') return [];
    if (track.phase === 'held' || track.phase === 'retracted') {
      const rivalled = this.#tracks.some((other) => outweighs(other, track, this.#opts.tolerance));
      if (!shown || !supported(track, rivalled, this.#opts) || this.#joinTwin(track)) return [];
      const phase = track.phase === 'held' ? 'new' : 'update';
      track.phase = 'known';
      return [this.#tell(track, phase, answer)];
    }
    const { event } = track;
    // read as what another event tells already, it was none of its own
    if (event && readingOf(track).text !== event.text && this.#joinTwin(track)) return [{ ...event, phase: 'retracted' }];
    if (contradicted(track)) {
      track.phase = 'retracted';
      return [this.#tell(track, 'retracted', answer)];
    }
    if (settled(track, shown, answer, this.#margin)) {
      track.phase = 'ended';
      return [this.#tell(track, 'end', answer)];
    }
    return shown && changed(track) ? [this.#tell(track, 'update', answer)] : [];
  }

  /** A window that read the time of a told event quite otherwise has begun a track of its own: the two are one happening. @returns whether they are */
  #joinTwin(track: Track): boolean {
    const twin = twinOf(track, this.#tracks, this.#opts.tolerance);
    if (!twin) return false;
    const { key } = readingOf(track);
    for (const seen of track.seen) if (seen.key === key) addSeen(twin, seen);
    this.#tracks = this.#tracks.filter((t) => t !== track);
    return true;
  }

  #tell(track: Track, phase: EventPhase, answer: Answer): Event {
    const { id, detectedAt } = track.event ?? { id: this.#opts.newId(), detectedAt: this.#opts.now() };
    track.event = toEvent(track, phase, answer, id, detectedAt);
    return track.event;
  }

  #forget(answer: Answer): void {
    const { windowId, reason, from, to } = answer;
    this.#last = answer;
    this.#windows = [...this.#windows, { windowId, reason, from, to }].slice(-MOST_WINDOWS);
    // what ended long before the window can be neither shown nor missed again
    this.#tracks = this.#tracks.filter((t) => t.phase === 'known' || endOf(t).at >= from - 3 * this.#opts.tolerance);
    if (this.#tracks.length <= MOST_TRACKS) return;
    const rank = (t: Track): number => (t.phase === 'known' ? 1 : 0);
    this.#tracks = [...this.#tracks].sort((a, b) => rank(a) - rank(b) || startOf(a).at - startOf(b).at).slice(-MOST_TRACKS);
  }
}

function changed(track: Track): boolean {
  const told = track.event;
  if (!told || readingOf(track).text !== told.text) return true;
  return Math.abs(startOf(track).at - told.start) >= WORTH_TELLING || Math.abs(endOf(track).at - told.end) >= WORTH_TELLING;
}

import type { Backend } from '../infer/backend.ts';
import type { Answer } from '../values.ts';
import type { Clip, ClipLabel } from './clip.ts';
import { mistakesOf } from './clipScore.ts';
import type { ClipScore, ClipScoring } from './clipScore.ts';
import { pairByMeaning, toHappening } from './judge.ts';
import { addKinds, countKinds } from './kinds.ts';
import { addTallies, sum, tally } from './score.ts';
import { showClip } from './shown.ts';
import { windowsOf } from './watchFile.ts';

/** Seconds from a window's edge within which a person could not tell either: such events are neither wanted nor held wrong. */
const EDGE = 0.2;

/**
 * Scores the model itself, window by window, without stitching: it should list the events whose decisive moment lies inside
 * the window, with their times cut to the window. Events that only reach into it may be listed or not.
 */
export async function scoreWindows(clip: Clip, backend: Backend, opts: ClipScoring, signal?: AbortSignal): Promise<ClipScore> {
  const lookFor = clip.rules.map((r) => r.alert);
  const scores: ClipScore[] = [];
  for await (const window of windowsOf(clip.frames(signal), opts.stages)) {
    signal?.throwIfAborted();
    const answer = await backend.events(window, lookFor, signal);
    scores.push(await scoreWindow(clip, answer, backend, opts));
  }
  return {
    name: clip.name,
    events: addTallies(scores.map((s) => s.events)),
    rules: null,
    kinds: addKinds(scores.map((s) => s.kinds)),
    mistakes: { missed: scores.flatMap((s) => s.mistakes.missed), spurious: scores.flatMap((s) => s.mistakes.spurious) },
    windows: scores.length,
    visualTokens: sum(scores.map((s) => s.visualTokens)),
    shown: showClip(clip.name, clip.duration, scores.flatMap(({ shown }) => shown?.lanes ?? [])),
  };
}

export async function scoreWindow(clip: Clip, answer: Answer, backend: Backend, opts: Omit<ClipScoring, 'stages'>): Promise<ClipScore> {
  const from = answer.from / 1000;
  const to = answer.to / 1000;
  const visible = clip.labels.filter((l) => l.end > from && l.start < to).map((l) => cutTo(l, from, to));
  const wanted = new Set(visible.filter((l) => l.decisive >= from + EDGE && l.decisive <= to - EDGE));
  const all = answer.sightings.map(toHappening);
  const matches = await pairByMeaning(all, visible, opts.meaning, backend, opts.tolerance);
  const excused = new Set(matches.filter((m) => !wanted.has(m.truth)).map((m) => m.said));
  const said = all.filter((h) => !excused.has(h));
  const counted = matches.filter((m) => wanted.has(m.truth));
  return {
    name: answer.windowId,
    events: tally(said, [...wanted], counted),
    rules: null,
    kinds: countKinds([...wanted], counted),
    mistakes: mistakesOf(said, [...wanted], counted),
    windows: 1,
    visualTokens: answer.visualTokens,
    shown: showClip(answer.windowId, to, [{ from, to, truth: [...wanted], said, pairs: counted }]),
  };
}

function cutTo(label: ClipLabel, from: number, to: number): ClipLabel & { decisive: number } {
  const decisive = label.decisive ?? (label.start + label.end) / 2;
  return { ...label, start: Math.max(from, label.start), end: Math.min(to, label.end), decisive };
}

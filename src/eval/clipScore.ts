import type { Backend } from '../infer/backend.ts';
import type { Clip } from './clip.ts';
import { expectedHits, givenHits, pairByMeaning, toHappening } from './judge.ts';
import type { Meaning } from './judge.ts';
import { countKinds } from './kinds.ts';
import type { KindCounts } from './kinds.ts';
import { tallyRules } from './ruleScore.ts';
import type { RuleTally } from './ruleScore.ts';
import { tally } from './score.ts';
import type { Happening, Match, Tally } from './score.ts';
import { plain, showAlerts, showClip } from './shown.ts';
import type { ShownClip } from './shown.ts';
import { watchFile } from './watchFile.ts';
import type { Stages } from './watchFile.ts';

/** What went wrong in a clip, for people to look at. */
export interface Mistakes {
  readonly missed: readonly Happening[];
  readonly spurious: readonly Happening[];
}

/** A clip's score: counts and errors that add up over clips. */
export interface ClipScore {
  readonly name: string;
  readonly events: Tally;
  readonly rules: RuleTally | null;
  /** per kind of label: how many there were and how many were found */
  readonly kinds: KindCounts;
  readonly mistakes: Mistakes;
  readonly windows: number;
  readonly visualTokens: number;
  /** what a picture of it is drawn from */
  readonly shown?: ShownClip;
}

export interface ClipScoring {
  readonly stages: Stages;
  /** seconds that a prediction and a label may lie apart */
  readonly tolerance: number;
  readonly meaning: Meaning;
}

/** Runs a clip through the stages and holds the stitched events and the alerts against its truth. */
export async function scoreClip(clip: Clip, backend: Backend, opts: ClipScoring, signal?: AbortSignal): Promise<ClipScore> {
  const watched = await watchFile(clip.frames(signal), backend, clip.rules, opts.stages, signal);
  const said = watched.events.map(toHappening);
  const matches = await pairByMeaning(said, clip.labels, opts.meaning, backend, opts.tolerance);
  const tells = new Map(watched.events.flatMap((e, i) => matches.filter((m) => m.said === said[i]).map((m) => [e.id, m.truth] as const)));
  const given = givenHits(watched.verdicts, tells);
  const expected = await expectedHits(clip, backend);
  const wording = (id: string): string => clip.rules.find((rule) => rule.id === id)?.alert ?? id;
  return {
    name: clip.name,
    events: tally(said, clip.labels, matches),
    rules: clip.rules.length === 0 ? null : tallyRules(given, expected, opts.tolerance),
    kinds: countKinds(clip.labels, matches),
    mistakes: mistakesOf(said, clip.labels, matches),
    windows: watched.windows,
    visualTokens: watched.visualTokens,
    shown: showClip(clip.name, clip.duration, [{ from: 0, to: clip.duration ?? 0, truth: clip.labels, said, pairs: matches }], showAlerts(given, expected, opts.tolerance, wording)),
  };
}

export function mistakesOf(said: readonly Happening[], labels: readonly Happening[], matches: readonly Match[]): Mistakes {
  const found = new Set(matches.map((m) => m.truth));
  const right = new Set(matches.map((m) => m.said));
  return { missed: labels.filter((l) => !found.has(l)).map(plain), spurious: said.filter((s) => !right.has(s)).map(plain) };
}

import { judgeAlerts } from './ruleScore.ts';
import type { GivenHit, RuleHit } from './ruleScore.ts';
import type { Happening, Match } from './score.ts';

/** What was held against what, for people to look at: seconds of the video. */
export interface ShownLane {
  readonly from: number;
  readonly to: number;
  readonly truth: readonly Happening[];
  readonly said: readonly Happening[];
  readonly pairs: readonly Match[];
}

/** An alert that was given, or should have been: seconds of the video. */
export interface ShownAlert {
  readonly rule: string;
  /** `again`: a second one for the same happening */
  readonly is: 'right' | 'again' | 'spurious' | 'missed';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** when it was given */
  readonly at?: number | undefined;
  /** from the true onset until it was given */
  readonly delay?: number | undefined;
  readonly takenBack: boolean;
}

/** A video with its truth and what was said of it; a lane for each window where these were scored one by one. */
export interface ShownClip {
  readonly name: string;
  readonly duration: number;
  readonly lanes: readonly ShownLane[];
  readonly alerts: readonly ShownAlert[];
}

export function plain({ text, start, end }: Happening): Happening {
  return { text, start, end };
}

/** `duration`: where it is known; otherwise the picture ends with what happens last. */
export function showClip(name: string, duration: number | null, lanes: readonly ShownLane[], alerts: readonly ShownAlert[] = []): ShownClip {
  const ends = [...lanes.flatMap(({ to, truth, said }) => [to, ...[...truth, ...said].map(({ end }) => end)]), ...alerts.flatMap(({ end, at = 0 }) => [end, at])];
  return { name, duration: Math.max(duration ?? 0, ...ends, 1), lanes, alerts };
}

/** Alerts in order of time, those that should have been given among them. `wording`: a rule's sentence by its id. */
export function showAlerts(given: readonly GivenHit[], expected: readonly RuleHit[], tolerance: number, wording: (rule: string) => string): ShownAlert[] {
  const { right, again, spurious, missed } = judgeAlerts(given, expected, tolerance);
  const shown = (hits: readonly (RuleHit & Partial<GivenHit>)[], is: ShownAlert['is']): ShownAlert[] =>
    hits.map(({ ruleId, happening, at, takenBack = false }) => ({ rule: wording(ruleId), is, ...plain(happening), at, takenBack }));
  const delayed = right.map(({ given: { at }, expected: { happening } }) => (at === undefined ? {} : { delay: at - happening.start }));
  const all = [...shown(right.map(({ given: hit }) => hit), 'right').map((alert, i) => ({ ...alert, ...delayed[i] })), ...shown(again, 'again'), ...shown(spurious, 'spurious'), ...shown(missed, 'missed')];
  return all.toSorted((a, b) => (a.at ?? a.start) - (b.at ?? b.start));
}

import type { Backend } from '../infer/backend.ts';
import { equivalent, normalised } from '../infer/equivalent.ts';
import type { Rule } from '../rules/rule.ts';
import type { Event, Sighting } from '../values.ts';
import type { Clip, ClipLabel } from './clip.ts';
import type { GivenHit, RuleHit } from './ruleScore.ts';
import { near, pairHappenings } from './score.ts';
import type { Happening, Match } from './score.ts';
import type { GivenVerdict } from './watchFile.ts';

/** From wall clock of a file (ms from its beginning) to seconds. */
export function toHappening(event: Pick<Event | Sighting, 'text' | 'start' | 'end'>): Happening {
  return { text: event.text, start: event.start / 1000, end: event.end / 1000 };
}

/** How meaning is judged: by the same words, where the model was taught the labels' own, or by the model. */
export type Meaning = 'exact' | 'model';

/** The predictions paired with the labels that they tell of. Only those near in time are asked about. */
export async function pairByMeaning<L extends Happening>(
  predicted: readonly Happening[],
  labelled: readonly L[],
  meaning: Meaning,
  backend: Backend,
  tolerance: number,
): Promise<Match<Happening, L>[]> {
  const same = new Map<Happening, Set<Happening>>();
  for (const said of predicted) {
    const alike = new Set<Happening>();
    for (const truth of labelled) {
      if (!near(said, truth, tolerance)) continue;
      const equal = meaning === 'exact' ? normalised(said.text) === normalised(truth.text) : await equivalent(backend, said.text, truth.text);
      if (equal) alike.add(truth);
    }
    same.set(said, alike);
  }
  return pairHappenings(predicted, labelled, (said, truth) => same.get(said)?.has(truth) ?? false, tolerance);
}

/** The alerts that a clip should give: from its labels where they name rules, else by what the model makes of their words. */
export async function expectedHits(clip: Clip, backend: Backend): Promise<RuleHit[]> {
  const hits: RuleHit[] = [];
  for (const [i, label] of clip.labels.entries()) {
    for (const rule of clip.rules) {
      const satisfied = clip.satisfied ? (clip.satisfied[i] ?? []).includes(rule.id) : await reads(backend, label, rule);
      if (satisfied) hits.push({ ruleId: rule.id, happening: label });
    }
  }
  return hits;
}

async function reads(backend: Backend, label: ClipLabel, rule: Rule): Promise<boolean> {
  return rule.enabled && (await backend.score(label.text, rule.alert)) >= rule.threshold;
}

/** The alerts that were given; `tells`: which label each event was paired with. */
export function givenHits(verdicts: readonly GivenVerdict[], tells: ReadonlyMap<string, Happening> = new Map()): GivenHit[] {
  return verdicts.map((v) => {
    const label = v.eventId === null ? undefined : tells.get(v.eventId);
    return { ruleId: v.ruleId, happening: toHappening(v), at: (v.at + v.latency.infer) / 1000, takenBack: v.takenBack, ...(label ? { tells: label } : {}) };
  });
}

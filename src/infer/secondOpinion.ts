/** Asks how sure the model is that an event satisfies a rule. */
type Score = (event: string, rule: string) => Promise<number>;

/** From here on the answer is yes. */
const YES = 0.5;

/**
 * A score that says yes only where the model says so however the rule is worded: of a yes the least over `wordings` of the same
 * rule, of a no the no, asked once. Small models say yes to a sentence now and then and not to its meaning; what that costs is two
 * or three more texts for the few events that satisfy a rule, and as scores are remembered, for each of their texts once.
 */
export function secondOpinion(score: Score, wordings: (rule: string) => readonly string[]): Score {
  return async (event, rule) => {
    const first = await score(event, rule);
    if (first < YES) return first;
    const others = wordings(rule).filter((wording) => wording !== rule);
    return Math.min(first, ...(await Promise.all(others.map((wording) => score(event, wording)))));
  };
}

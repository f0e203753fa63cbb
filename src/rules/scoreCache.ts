/** Asks for the score of an event under a rule's sentence, or remembers it. What is remembered is there at once. */
export type Score = (event: string, rule: string) => number | Promise<number>;

/** Scenes repeat: a few thousand pairs of texts are a few hundred kilobytes. */
export const MOST_SCORES = 4096;

/**
 * Scores cached by (event text, rule text); bounded, the longest unused go first. A question under way is asked once
 * however many wait for it; a failed one is forgotten, so that it can be asked again.
 */
export function cacheScores(score: Score, most = MOST_SCORES): Score {
  const scores = new Map<string, number | Promise<number>>();
  return (event, rule) => {
    const key = JSON.stringify([event, rule]);
    const known = scores.get(key);
    scores.delete(key);
    const asked = known ?? score(event, rule);
    scores.set(key, asked);
    if (known === undefined && typeof asked !== 'number') {
      asked.then(
        (value) => scores.get(key) === asked && scores.set(key, value),
        () => scores.get(key) === asked && scores.delete(key),
      );
    }
    const oldest = scores.keys().next();
    if (scores.size > most && !oldest.done) scores.delete(oldest.value);
    return asked;
  };
}

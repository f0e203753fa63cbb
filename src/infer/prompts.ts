/**
 * The three prompts that every model gets, the demo checkpoint and the real ones alike. The demo checkpoint was trained on
 * these very words: a changed word means training it again.
 */

/** List the events of a video. `lookFor` are the active rules' sentences. */
export function eventsPrompt(lookFor: readonly string[]): string {
  const hint = lookFor.length > 0 ? ` Look out for: ${lookFor.join('; ')}.` : '';
  return (
    'List the events in this video in order, as a JSON array of {"event", "start", "end"}. ' +
    `Say in a few words who does what; times are in seconds, as stamped on the frames.${hint} If nothing happens, answer [].`
  );
}

/** Does an event satisfy a rule? Text only; the score is the probability of "yes" against "no". */
export function matchPrompt(event: string, rule: string): string {
  return `Event: ${event}\nRule: ${rule}\nDoes the event satisfy the rule? Answer yes or no.`;
}

/** A question about a part of the video; the answer is one short text. Times in seconds, one decimal. */
export function askPrompt(question: string, start: number, end: number): string {
  return `Between ${start.toFixed(1)} and ${end.toFixed(1)} seconds: ${question} Answer in one sentence.`;
}

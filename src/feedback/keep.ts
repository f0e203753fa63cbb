import { LookoutError } from '../errors.ts';
import type { Feedback } from '../record.ts';

/** The log, as far as it is needed for that. */
export interface FeedbackLog {
  /** an alert's phases; the id may be a unique beginning */
  alert(id: string): readonly { readonly id: string }[];
  putFeedback(feedback: Feedback): void;
}

/** Keeps what a person said of an alert at `at` (ms). @throws LookoutError LOG_UNKNOWN_ID, STORE_… */
export function keepFeedback(log: FeedbackLog, id: string, { right, note }: Pick<Feedback, 'right' | 'note'>, at: number): Feedback {
  const alert = log.alert(id).at(-1);
  if (!alert) throw unknownAlert(id);
  const feedback = { alertId: alert.id, right, note, at };
  log.putFeedback(feedback);
  return feedback;
}

export function unknownAlert(id: string): LookoutError {
  return new LookoutError('LOG_UNKNOWN_ID', `the log has no alert ${JSON.stringify(id.slice(0, 80))}.`);
}

import type { Frame } from '../values.ts';
import type { Rule } from '../rules/rule.ts';

/** Something that truly happens in a clip: seconds from its beginning. */
export interface ClipLabel {
  /** what happens, in words */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** the moment from which a picture shows it; the middle where nobody says */
  readonly decisive?: number;
  /** what to count it under; its text where not given */
  readonly kind?: string;
}

/** A piece of video with its truth. */
export interface Clip {
  readonly name: string;
  /** seconds; null where it is not known before it is read */
  readonly duration: number | null;
  frames(signal?: AbortSignal): Iterable<Frame> | AsyncIterable<Frame>;
  readonly labels: readonly ClipLabel[];
  readonly rules: readonly Rule[];
  /** ids of the rules that each label satisfies, label by label; null where that is for the model to say */
  readonly satisfied: readonly (readonly string[])[] | null;
}

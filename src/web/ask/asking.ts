import type { MultimodalAnswer, TimestampOut } from '../../api/schemas/multimodal.ts';
import type { Problem } from '../api/problem.ts';

/** What a question is about. */
export type About =
  | { readonly kind: 'camera'; readonly camera: string; /** wall clock, ms; null: the last seconds */ readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'video'; readonly media: string };

/** A question on its way, or answered. Times of stamps are ms: wall clock of a camera, of a video from its beginning. */
export interface Asking {
  readonly about: About;
  readonly prompt: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly stage: 'waiting' | 'fetching' | 'looking';
  /** 0..1; null while nobody knows */
  readonly share: number | null;
  /** how far it has got, ms */
  readonly at: number | null;
  readonly stamps: readonly TimestampOut[];
  /** what single windows say */
  readonly parts: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  readonly answer: MultimodalAnswer | null;
  readonly problem: Problem | null;
}

export function begun(about: About, prompt: string): Asking {
  return { about, prompt, state: 'running', stage: 'waiting', share: null, at: null, stamps: [], parts: [], answer: null, problem: null };
}

/** Steps of an answer as they are told: `progress`, `event`, `answer`, `done` (`result`, where it came at once). */
export function withStep(asking: Asking, event: string, data: unknown): Asking {
  switch (event) {
    case 'progress': {
      const { stage, share, at } = data as { stage: Asking['stage']; share?: number | null; at?: number | null };
      return { ...asking, stage, share: share ?? asking.share, at: at ?? asking.at };
    }
    case 'event':
      return { ...asking, stamps: [...asking.stamps, data as TimestampOut].sort((a, b) => a.start - b.start) };
    case 'answer':
      return { ...asking, parts: [...asking.parts, data as Asking['parts'][number]] };
    case 'done':
    case 'result': {
      const answer = data as MultimodalAnswer;
      return { ...asking, state: 'done', share: 1, answer, stamps: answer.timestamps, parts: answer.answers };
    }
    default:
      return asking;
  }
}

/** Options of the request that somebody set; the others are as configured. */
export interface AskOptions {
  readonly source: 'auto' | 'recording' | 'live' | 'events';
  readonly frame_rate: string;
  readonly window_size: string;
  readonly overlap_ratio: string;
  readonly temporal_alignment: boolean;
  readonly filter: boolean;
  /** of a video: "0:15-0:20"; all of it where it is empty */
  readonly part: string;
}

export const NO_OPTIONS: AskOptions = { source: 'auto', frame_rate: '', window_size: '', overlap_ratio: '', temporal_alignment: true, filter: false, part: '' };

/** The body of the request; clock times in the answer's words are to be those of `timezone`. */
export function bodyOf(about: About, prompt: string, options: AskOptions, timezone: string): Record<string, unknown> {
  const numbers = (['frame_rate', 'window_size', 'overlap_ratio'] as const).flatMap((key) => {
    const text = options[key].trim();
    return text !== '' && Number.isFinite(Number(text)) ? [[key, Number(text)] as const] : [];
  });
  const range = about.kind === 'camera' ? about.from !== null && about.to !== null && [Math.round(about.from), Math.round(about.to)] : options.part.trim() !== '' && options.part.trim();
  return {
    prompt,
    ...(about.kind === 'camera' ? { camera: about.camera } : { media_url: about.media }),
    options: {
      timestamp_unit: 'ms', output_timestamps: true, timezone, ...Object.fromEntries(numbers), ...(range ? { time_range: range } : {}), ...(options.temporal_alignment ? {} : { temporal_alignment: false }),
      ...(options.filter ? { filter: true } : {}), ...(about.kind === 'camera' && options.source !== 'auto' ? { source: options.source } : {}),
    },
  };
}

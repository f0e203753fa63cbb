import type { FilmReport } from './film.ts';
import type { Row } from './rows.ts';
import type { Thumbnail } from './thumbnail.ts';

/** Everything that the demo shows at one moment. */
export interface View {
  readonly seed: number;
  /** what is going on: a phrase while the parts start, else the story plays or its last windows are awaited */
  readonly stage: { readonly kind: 'starting'; readonly doing: string; readonly seconds: number } | { readonly kind: 'playing' } | { readonly kind: 'settling' };
  /** wall clock of the story's second 0, ms; null before */
  readonly epoch: number | null;
  /** of the story, s, and how much of it has been shown */
  readonly duration: number;
  readonly elapsed: number;
  readonly rules: readonly { readonly id: string; readonly text: string }[];
  readonly rows: readonly Row[];
  readonly picture: Thumbnail | null;
  readonly camera: FilmReport | null;
  readonly windows: number;
  readonly visualTokens: number;
  /** link that opens the page, and the file that holds it; null before it is served */
  readonly page: { readonly link: string; readonly file: string } | null;
  /** lookout.yaml of the demo, as one would type it */
  readonly config: string;
}

/** What shows the demo while it runs. */
export interface Display {
  show(view: View): void;
  close(): void;
}

/** Seconds as a clock: `1:05`, or `1:05.3` with tenths. */
export function clock(seconds: number, tenths = false): string {
  const whole = Math.max(0, tenths ? Math.round(seconds * 10) / 10 : Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = whole - minutes * 60;
  return `${minutes}:${tenths ? rest.toFixed(1).padStart(4, '0') : String(rest).padStart(2, '0')}`;
}

/** A difference in seconds with its sign: `+0.12 s`. */
export function signed(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1000).toFixed(2)} s`;
}

import type { AlertOut } from './alerts.ts';
import type { CameraStatusOut } from './cameras.ts';
import type { Unwatched } from './common.ts';
import type { EventOut } from './events.ts';
import type { LookOut } from './looks.ts';

/**
 * What /v1/feed tells, as server-sent events of these names. `hello` comes first; `dropped` says how many were left out because the
 * client was too slow: read again what you show.
 */
export interface FeedData {
  hello: { readonly version: string; readonly now_ms: number };
  event: EventOut;
  alert: AlertOut;
  status: CameraStatusOut & { readonly camera: string };
  /** a gap began, grew or ended; `start_ms` and camera say which */
  coverage: Unwatched;
  look: LookOut;
  /** the files were taken up */
  config: { readonly etag: string | null; readonly cameras: number; readonly rules: number; readonly restart: readonly string[] };
  dropped: { readonly count: number };
}

export type FeedName = keyof FeedData;

import type { TimeSource } from '../../values.ts';

/** A packet as the clock sees it; all times in ms. */
export interface PacketTimes {
  readonly pts: number;
  readonly dts: number | undefined;
  /** wall clock at which it was read */
  readonly arrival: number;
  /** wall clock that the camera's last RTCP sender report gives this packet */
  readonly reported: number | undefined;
}

export interface WallTime {
  /** ms */
  readonly at: number;
  /** ms; half-width of the interval around `at` in which the picture was taken */
  readonly uncertainty: number;
  readonly timeSource: TimeSource;
}

/** Whose clock frames' times are taken from: the camera's reports always, never, or where they are plausible. */
export type ClockPolicy = 'auto' | 'camera' | 'arrival';

/** Why the camera's reports are believed or not. */
export type ClockReason =
  | 'policy'
  | 'no reports'
  | 'reports agree'
  | 'reports do not agree yet'
  | "camera's clock is ahead"
  | "camera's clock is behind"
  | "late, or camera's clock is behind"
  | "camera's clock was set"
  | 'the stream is new';

/** What a camera's clock is like, as far as it has shown. */
export interface ClockReport {
  readonly believed: 'camera' | 'arrival';
  readonly why?: ClockReason;
  /** ms by which the camera's clock is ahead of ours (+) or behind (−); undefined while nothing says that it is wrong */
  readonly offset?: number;
  /** ppm by which the stream's stamps run fast, once known */
  readonly drift?: number;
  /** ms by which reports (or else packets) come late: median of the recent ones */
  readonly spread?: number;
  /** distinct sender reports seen */
  readonly reports?: number;
  /** ms from the time that the reports tell until the promptest packets arrive: less than 0 cannot be */
  readonly latency?: number;
}

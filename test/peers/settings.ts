import type { Segment } from './timeline.ts';

/** When a camera's sender reports are sent, and what their NTP stamp is worth. */
export interface Reports {
  /** ms between two reports; 0: the camera sends none */
  readonly every: number;
  /**
   * "Stamped when sent": each report pairs the RTP time of the moment it was made with an NTP time that is later by an
   * exponentially distributed delay of this mean, ms, and goes out so much later. 0: every report is prompt.
   */
  readonly late: number;
  /** share of the reports that are prompt nevertheless, 0..1 */
  readonly prompt: number;
  /** whether a client gets its first report as soon as it plays (as late as any), which is the default, or waits for the next */
  readonly first?: boolean;
}

/** How long a frame travels after it has left the encoder; all ms. Order is kept. */
export interface Delay {
  readonly constant: number;
  /** mean of an exponentially distributed part */
  readonly jitter: number;
  /** congestion: nothing gets through for `length` (mean) every `every` (mean); then all of it comes at once */
  readonly burst?: { readonly every: number; readonly length: number };
}

export interface PathSettings {
  /** an MP4 or Matroska file of H.264 or H.265 beginning with a keyframe; it is looped */
  readonly clip: string;
  readonly fps: number;
  /** frame of the clip that a new path begins with; 0 by default */
  readonly phase?: number;
  /** share of the frame period by which each frame is captured off its place, 0..0.4: a variable rate */
  readonly wobble: number;
  readonly seed: number;
  /** first RTP timestamp, 90 kHz ticks; near 2^32 it soon wraps */
  readonly rtpStart: number;
  /** ppm by which the clock behind the RTP timestamps runs fast */
  readonly drift: number;
  /** ms by which the camera's NTP clock is ahead of the truth; a change is a step */
  readonly ntpOffset: number;
  readonly reports: Reports;
  readonly delay: Delay;
  /** UDP only: shares of the packets that are lost, and that come after their successor, 0..1 */
  readonly loss: number;
  readonly reorder: number;
  /** `stalled`: connections stay open and nothing whatever is sent; `mute`: requests are answered, no media; `refusing`: requests end the connection */
  readonly state: 'up' | 'mute' | 'stalled' | 'refusing';
  /** whether a client is served from the next keyframe on, as most cameras do, or from the next frame */
  readonly join: 'keyframe' | 'now';
  readonly auth?: { readonly user: string; readonly password: string; readonly scheme: 'basic' | 'digest' };
  /** DESCRIBE is answered by 302 with this Location */
  readonly redirect?: string;
}

export const DEFAULTS: Omit<PathSettings, 'clip' | 'fps'> = {
  wobble: 0, seed: 1, rtpStart: 0x1234_5678, drift: 0, ntpOffset: 0, reports: { every: 5000, late: 0, prompt: 0 }, delay: { constant: 0, jitter: 0 },
  loss: 0, reorder: 0, state: 'up', join: 'keyframe',
};

/** What may be told of a path: settings that change from now on, and things that happen once. The first change of a path makes it. */
export interface Change extends Partial<PathSettings> {
  /** ticks by which the RTP timestamps jump ahead (or back) */
  readonly rtpJump?: number;
  /** all its connections are cut */
  readonly cut?: boolean;
  /** the camera restarts: connections are cut, SSRC, sequence numbers and RTP timestamps begin anew */
  readonly restart?: boolean;
  /** nobody may connect, and all its connections are cut */
  readonly remove?: boolean;
}

export interface PathStats {
  /** clients that are playing now */
  readonly clients: number;
  /** PLAY requests answered so far */
  readonly plays: number;
  /** access units sent */
  readonly units: number;
  /** access units kept from clients that did not read, and UDP packets lost on purpose */
  readonly dropped: number;
  readonly reports: number;
}

export const NO_STATS: PathStats = { clients: 0, plays: 0, units: 0, dropped: 0, reports: 0 };

export type ToSimulator =
  | { readonly kind: 'start'; readonly port: number; readonly host: string; readonly tls?: { readonly key: string; readonly cert: string } }
  | { readonly kind: 'change'; readonly id: number; readonly path: string; readonly change: Change };

export type FromSimulator =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'segment'; readonly path: string; readonly segment: Segment }
  | { readonly kind: 'done'; readonly id: number; readonly stats: PathStats; readonly error?: string };

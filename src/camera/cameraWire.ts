import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Frame } from '../values.ts';
import type { StreamFacts } from './facts.ts';
import type { Kept } from './keepWire.ts';
import type { LiveNews } from './liveWire.ts';
import type { Recorded } from './recordWire.ts';

/** What a camera child is told when it starts. `encoder`: what an earlier child learned of the camera's encoder. */
export const CameraInit = z.object({
  url: z.string(),
  transport: z.enum(['tcp', 'udp']),
  network: z.object({ allow: z.array(z.string()), tls: z.enum(['verify', 'any']) }),
  clock: z.enum(['auto', 'camera', 'arrival']),
  hardware: z.enum(['auto', 'off']),
  frameSize: z.object({ minPixels: z.number().positive(), maxPixels: z.number().positive() }),
  sample: z.object({
    frameRate: z.number().positive(),
    idleInterval: z.number().positive(),
    adaptive: z.boolean(),
    lookBack: z.number(),
    masks: z.array(z.array(z.tuple([z.number(), z.number()]))).optional(),
    minSize: z.number().optional(),
  }),
  /** may the decoder sleep while packets say that nothing happens? */
  gate: z.boolean(),
  /** tell of each picture that was looked at */
  tell: z.boolean(),
  /** how much of the last moments is remembered for pictures and clips; `before`: so much of it at least while the decoder sleeps, s */
  record: z.object({ seconds: z.number().positive(), mb: z.number().positive(), before: z.number().min(0) }).optional(),
  /** `folder`: the camera's; `seconds`: of a file; `wanted`: what an earlier process was told to record, wall clock in ms */
  recording: z.object({ folder: z.string(), seconds: z.number().positive(), continuous: z.boolean(), wanted: z.object({ from: z.number(), to: z.number() }).optional() }).optional(),
  encoder: z.object({ frames: z.number(), bframes: z.number(), dtsFrames: z.number() }).optional(),
});
export type CameraInit = z.infer<typeof CameraInit>;

/** A picture that was looked at, kept or not. Times in ms but `pts`, which is seconds. */
export interface Looked {
  readonly pts: number;
  readonly at: number;
  readonly uncertainty: number;
  readonly timeSource: Frame['timeSource'];
  readonly kept: boolean;
  /** share of the picture that changed, 0..1 */
  readonly score: number;
  /** what kind of change it was */
  readonly kind: string;
}

/** What a camera child is told while it runs: its turn to learn has come. */
export interface ToCamera {
  readonly kind: 'learn';
  readonly turn: number;
}

/** What a camera child says; from one process of this program to another, so it is taken at its word. */
export type FromCamera =
  | { readonly kind: 'frame'; readonly frame: Omit<Frame, 'camera'> }
  | { readonly kind: 'looked'; readonly looked: Looked }
  | { readonly kind: 'offline'; readonly code: ErrorCode; readonly detail: string }
  | { readonly kind: 'encoder'; readonly delay: NonNullable<CameraInit['encoder']> }
  | { readonly kind: 'facts'; readonly facts: StreamFacts }
  /** it wants a turn to learn, or has had it */
  | { readonly kind: 'learn' | 'learned'; readonly turn: number }
  /** pictures between these times (wall clock, ms) were left out because decoding fell behind */
  | { readonly kind: 'skipped'; readonly from: number; readonly to: number }
  | Kept
  | LiveNews
  | Recorded
  /** a file was played to its end */
  | { readonly kind: 'end' };

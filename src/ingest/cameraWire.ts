import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Frame } from '../values.ts';

/** What a camera child is told when it starts. `encoder`: what an earlier child learned of the camera's encoder. */
export const CameraInit = z.object({
  url: z.string(),
  maxFps: z.number().positive(),
  frameSize: z.object({ minPixels: z.number().positive(), maxPixels: z.number().positive() }),
  transport: z.enum(['tcp', 'udp']),
  network: z.object({ allow: z.array(z.string()), tls: z.enum(['verify', 'any']) }).optional(),
  encoder: z.object({ frames: z.number(), bframes: z.number(), dtsFrames: z.number() }).optional(),
});
export type CameraInit = z.infer<typeof CameraInit>;

/** What a stream says of itself, and what was measured since it was opened. */
export interface StreamFacts {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly declaredFps: number;
  readonly measuredFps: number;
  /** seconds between keyframes; undefined before the second one */
  readonly keyframeInterval: number | undefined;
  readonly timeSource: Frame['timeSource'];
  /** seconds that these facts rest on */
  readonly observed: number;
}

/** What a camera child says; from one process of this program to another, so it is taken at its word. */
export type FromCamera =
  | { readonly kind: 'frame'; readonly frame: Omit<Frame, 'camera'> }
  | { readonly kind: 'offline'; readonly code: ErrorCode; readonly detail: string }
  | { readonly kind: 'encoder'; readonly delay: NonNullable<CameraInit['encoder']> }
  | { readonly kind: 'facts'; readonly facts: StreamFacts }
  /** pictures between these times (wall clock, ms) were left out because decoding fell behind */
  | { readonly kind: 'skipped'; readonly from: number; readonly to: number }
  /** a file was played to its end */
  | { readonly kind: 'end' };

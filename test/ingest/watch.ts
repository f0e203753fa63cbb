import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { openCamera } from '../../src/camera/camera.ts';
import type { CameraOptions, CameraStatus, CameraStream } from '../../src/camera/camera.ts';
import { Secret } from '../../src/secret.ts';
import type { Frame } from '../../src/values.ts';
import { readBars } from './barcode.ts';

/** A camera under test: what it handed out, and all that was logged, as text. */
export interface Watched {
  readonly camera: CameraStream;
  /** the last 500 */
  readonly frames: readonly Frame[];
  logged(): string;
  until(state: CameraStatus['state'], where?: (status: CameraStatus) => boolean): Promise<CameraStatus>;
  /** resolves when so many more frames have come */
  more(count: number): Promise<readonly Frame[]>;
}

export const FRAME_SIZE = { minPixels: 1024, maxPixels: 24_576 };
/** Median error of the frames' times, ms: 2 (RTMP) and 20 (RTSP) on an idle machine; a busy one delays its own test cameras. */
export const TOLERANCE = 250;
const PATIENCE = 80_000;
/** Eight frames a second, whatever they show. */
const EVERY = { frameRate: 8, idleInterval: 2, adaptive: false, lookBack: 2 };

export function watch(url: string, signal: AbortSignal, opts: Partial<CameraOptions> = {}): Watched {
  const lines = new PassThrough();
  let text = '';
  lines.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const camera = openCamera({ id: 'door', url: new Secret(url), frameSize: FRAME_SIZE, sample: EVERY, network: { allow: ['127.0.0.1'], tls: 'verify' }, ...opts }, signal, pino({ level: 'trace' }, lines));
  const frames: Frame[] = [];
  let seen = 0;
  camera.frames$.subscribe((frame) => {
    seen += 1;
    if (frames.push(frame) > 500) frames.shift();
  });
  return {
    camera,
    frames,
    logged: () => text,
    until: (state, where = () => true) => firstValueFrom(camera.status$.pipe(filter((s) => s.state === state && where(s)), timeout(PATIENCE))),
    more: async (count) => {
      const start = seen;
      await firstValueFrom(camera.frames$.pipe(filter(() => seen >= start + count), timeout(PATIENCE)));
      return frames.slice(start - seen);
    },
  };
}

/** How far the frames' times lie from the wall clock written in their pictures: median, ms. */
export function medianError(frames: readonly Frame[]): number {
  const errors = frames.map((frame) => Math.abs(frame.at - readBars(frame, frame.at))).toSorted((a, b) => a - b);
  return errors[errors.length >> 1] ?? Infinity;
}

import { resolve } from 'node:path';
import { LookoutError } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import { createLogger } from '../health/log.ts';
import type { Frame } from '../values.ts';
import type { FileInit, FromFile } from './fileWire.ts';
import type { FrameSize } from './frameSize.ts';

export interface VideoFileOptions {
  /** frames a second, at most; the file's own frames are taken, with their own times */
  readonly fps: number;
  readonly frameSize: FrameSize;
  /** the part that is wanted: first and last moment, ms of the file's own time; what lies before it is skipped, not decoded, where the container allows */
  readonly range?: readonly [number, number];
  /** no more frames than so many, spread over all of it, and no more than so many pixels of them together */
  readonly plan?: { readonly frames: number; readonly pixels: number };
  /** the file is open; its length in ms, where it says */
  onOpened?(duration: number | undefined): void;
}

/** Frames that may wait between the decoder and the reader. */
const AHEAD = 8;
const MEMORY_MB = 768;

/**
 * The frames of a video file as fast as they are taken, decoded in a child process. `at` is the file's own time in ms, from its
 * beginning (`timeSource` 'file', camera: the path as given). Throws VIDEO_UNREADABLE.
 */
export async function* readVideoFrames(path: string, opts: VideoFileOptions, signal: AbortSignal): AsyncGenerator<Frame, void, void> {
  const [from, to] = opts.range ?? [0, Number.MAX_SAFE_INTEGER];
  const init: FileInit = { path: resolve(path), fps: opts.fps, frameSize: { ...opts.frameSize }, from, to, ...(opts.plan ? { plan: { ...opts.plan } } : {}) };
  const child = superviseChild(
    { name: 'video file', entry: new URL('./fileChild.ts', import.meta.url), memoryMb: MEMORY_MB, init },
    signal,
    createLogger({ level: 'silent' }),
  );
  const waiting: FromFile[] = [];
  let wake = (): void => undefined;
  const put = (message: FromFile): void => {
    waiting.push(message);
    wake();
  };
  child.messages$.subscribe({ next: (message) => put(message as FromFile), complete: () => put({ kind: 'end' }) });
  child.exits$.subscribe((exit) => put({ kind: 'failed', detail: `The decoder ${exit.detail}.` }));
  child.state$.subscribe((state) => {
    if (state === 'up') child.send({ more: AHEAD });
  });
  try {
    for (;;) {
      const message = waiting.shift();
      if (!message) await new Promise<void>((woken) => (wake = woken));
      else if (message.kind === 'failed') throw new LookoutError('VIDEO_UNREADABLE', message.detail);
      else if (message.kind === 'end') break;
      else if (message.kind === 'opened') opts.onOpened?.(message.duration);
      else {
        const { pts, width, height, data } = message;
        yield { camera: path, pts, at: pts * 1000, uncertainty: 0, timeSource: 'file', width, height, data };
        child.send({ more: 1 });
      }
    }
  } finally {
    await child.stop();
  }
  signal.throwIfAborted();
}

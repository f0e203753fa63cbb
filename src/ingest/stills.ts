import { resolve } from 'node:path';
import { LookoutError } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import { createLogger } from '../health/log.ts';
import type { FrameSize } from './frameSize.ts';
import type { FromStills, StillsInit } from './stillsWire.ts';

/** RGB, 8 bits a channel, row by row. */
export interface Still {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const MEMORY_MB = 768;

/**
 * The pictures in files (JPEG, PNG, WebP, GIF, BMP; of several the first), upright and within `frameSize`, decoded in a child process. One
 * that cannot be read is the VIDEO_UNREADABLE in its place. Throws VIDEO_UNREADABLE where the child fails.
 */
export async function readStills(paths: readonly string[], frameSize: FrameSize, signal: AbortSignal): Promise<(Still | LookoutError)[]> {
  if (paths.length === 0) return [];
  const init: StillsInit = { paths: paths.map((path) => resolve(path)), frameSize: { ...frameSize } };
  const child = superviseChild({ name: 'pictures', entry: new URL('./stillsChild.ts', import.meta.url), memoryMb: MEMORY_MB, init }, signal, createLogger({ level: 'silent' }));
  const found: (Still | LookoutError)[] = [];
  try {
    await new Promise<void>((done, failed) => {
      child.exits$.subscribe((exit) => failed(new LookoutError('VIDEO_UNREADABLE', `The decoder ${exit.detail}.`)));
      child.messages$.subscribe({
        next: (raw) => {
          const message = raw as FromStills;
          if (message.kind === 'end') done();
          else if (message.kind === 'picture') found[message.index] = { width: message.width, height: message.height, data: message.data };
          else found[message.index] = new LookoutError('VIDEO_UNREADABLE', message.detail);
        },
        complete: () => failed(signal.reason ?? new LookoutError('VIDEO_UNREADABLE', 'The decoder was stopped.')),
      });
    });
  } finally {
    await child.stop();
  }
  signal.throwIfAborted();
  return paths.map((_, i) => found[i] ?? new LookoutError('VIDEO_UNREADABLE', 'it cannot be decoded.'));
}

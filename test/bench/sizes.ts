import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeRandomCheckpoint } from './randomCheckpoint.ts';

export type SizeName = 'demo' | '2b';

/** What is measured at a size. */
export interface Size {
  /** of a frame */
  readonly width: number;
  readonly height: number;
  readonly threads: number;
  /** of an answer whose speed is measured, and at most of one in a rolling window */
  readonly tokens: number;
  readonly eventTokens: number;
  /** windows in one process, and how often ours and theirs take turns */
  readonly repetitions: number;
  readonly rounds: number;
  readonly hops: number;
  readonly rules: number;
  readonly lagSeconds: number;
}

/** Of the demo checkpoint as the daemon runs it: its own frames, one thread. */
export function sizeOf(name: SizeName, cores: number): Size {
  if (name === 'demo') {
    return { width: 192, height: 128, threads: 1, tokens: 64, eventTokens: 384, repetitions: 6, rounds: 3, hops: 6, rules: 9, lagSeconds: 15 };
  }
  // random weights find no end: an answer is cut at about the length of one event
  return { width: 384, height: 256, threads: Math.min(cores, 8), tokens: 24, eventTokens: 24, repetitions: 3, rounds: 1, hops: 3, rules: 5, lagSeconds: 15 };
}

/** The checkpoint of a size; the random one is written into `dir` unless it is there already, whole. */
export function checkpointOf(name: SizeName, dir: string): string {
  if (name === 'demo') return fileURLToPath(new URL('../../models/demo', import.meta.url));
  const folder = join(dir, '2b');
  // the index is written last
  if (!existsSync(join(folder, 'model.safetensors.index.json'))) writeRandomCheckpoint(folder, { shape: '2b' });
  return folder;
}

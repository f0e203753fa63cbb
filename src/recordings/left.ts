import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSegmentName, segmentName } from '../media/segmentName.ts';
import { lengthOf } from './fragmented.ts';

/** One that is being written to was written to this recently, ms. */
const RUNNING = 120_000;

/** What a process that was killed left in a day's folder gets the name of what it holds; what holds nothing goes. @returns its files */
export function settleLeft(folder: string, now: number): { readonly file: string; readonly bytes: number }[] {
  return readdirSync(folder).flatMap((name) => {
    const [file, read] = [join(folder, name), readSegmentName(name)];
    if (!read || read.to !== undefined) return [];
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat || stat.mtimeMs > now - RUNNING) return [];
    const length = lengthOf(file);
    if (length === undefined) {
      rmSync(file, { force: true });
      return [];
    }
    const settled = join(folder, segmentName({ ...read, to: read.from + length }));
    renameSync(file, settled);
    return [{ file: settled, bytes: stat.size }];
  });
}

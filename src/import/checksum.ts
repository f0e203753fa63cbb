import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, statSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';

const PIECE = 4 << 20;

/** sha256 of a file, or of `length` of its bytes from `offset`, in hex; shorter files are hashed to their end. Lets the event loop turn. */
export async function sha256Of(path: string, advance: (bytes: number) => void = () => undefined, offset = 0, length = statSync(path).size): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, Math.max(1, length)));
  const fd = openSync(path, 'r');
  try {
    for (let at = 0; at < length; ) {
      const got = readSync(fd, buffer, 0, Math.min(buffer.length, length - at), offset + at);
      if (got === 0) break;
      hash.update(buffer.subarray(0, got));
      at += got;
      advance(got);
      await breathe();
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

/** Returns when a file, or the names in a folder, are on the disk. */
export function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { HubFile } from './listing.ts';

const CHUNK = 1 << 20;

/** Takes a file's bytes from its beginning; its hex is the file's `digest.hex`. */
export function digester({ bytes, digest }: HubFile): Hash {
  return digest.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`);
}

/** Feeds the first `bytes` of an open file. */
export async function digestStart(handle: FileHandle, bytes: number, into: Hash): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(CHUNK, bytes - at), at);
    if (bytesRead === 0) return;
    into.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Whether the file at `path` is the listed one. One that is not there is not. */
export async function isVerified(path: string, file: HubFile): Promise<boolean> {
  const handle = await open(path).catch(absent);
  if (!handle) return false;
  try {
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size !== file.bytes) return false;
    const hash = digester(file);
    await digestStart(handle, file.bytes, hash);
    return hash.digest('hex') === file.digest.hex;
  } finally {
    await handle.close();
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

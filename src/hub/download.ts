import { downloadFile } from '@huggingface/hub';
import type { Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { LookoutError } from '../errors.ts';
import { digestStart, digester } from './digest.ts';
import type { Line } from './line.ts';
import type { HubFile } from './listing.ts';
import { ConnectionLost, connectionLost } from './lost.ts';
import { persist } from './persist.ts';
import type { Hub } from './persist.ts';

export interface Download {
  readonly hub: Hub;
  readonly commit: string;
  readonly file: HubFile;
  /** where it is written; what stands there already is the file's beginning */
  readonly path: string;
  /** told how many bytes came; negative where some have to come again */
  moved(bytes: number): void;
}

/** What is written so far, and its digest. */
interface Written {
  bytes: number;
  hash: Hash;
}

/**
 * Fetches what is missing of a file and verifies the whole; it is on the disk when this resolves. Errors: MODEL_WEIGHTS_CORRUPT
 * (the bytes are then gone), MODEL_PULL (they stay), and those of the hub.
 */
export async function download(task: Download): Promise<void> {
  const { file, hub, moved } = task;
  const handle = await open(task.path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return open(task.path, 'wx+');
  });
  try {
    const { size } = await handle.stat();
    const begun = size <= file.bytes ? size : 0;
    const written: Written = { bytes: begun, hash: digester(file) };
    await digestStart(handle, begun, written.hash);
    await complete(task, handle, written);
    if (begun > 0 && !matches(file, written)) {
      // The beginning may have been damaged since, by a power cut for one.
      await restart(task, handle, written);
      await complete(task, handle, written);
    }
    if (!matches(file, written)) {
      moved(-written.bytes);
      await handle.truncate(0);
      throw new LookoutError('MODEL_WEIGHTS_CORRUPT', `${file.name} of ${hub.repository.id} arrived with another checksum than it was published with.`);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function complete(task: Download, handle: FileHandle, written: Written): Promise<void> {
  if (written.bytes === task.file.bytes) return;
  await persist(task.hub, (line) => receive(line, task, handle, written), () => written.bytes);
}

async function receive(line: Line, task: Download, handle: FileHandle, written: Written): Promise<void> {
  const { hub, file, commit } = task;
  const blob = await downloadFile({ repo: { type: 'model', name: hub.repository.id }, path: file.name, revision: commit, hubUrl: hub.repository.endpoint, fetch: line.fetch, xet: false });
  if (blob?.size !== file.bytes) throw new LookoutError('MODEL_PULL', `${hub.repository.endpoint} has not the ${file.name} that it lists.`);
  const reader = (written.bytes > 0 ? blob.slice(written.bytes) : blob).stream().getReader();
  try {
    for (let first = true; ; first = false) {
      const { value, done } = await reader.read().catch((error: unknown) => Promise.reject(connectionLost(error)));
      if (done) break;
      line.alive();
      // The server takes no notice of ranges.
      if (first && line.status === 200 && written.bytes > 0) await restart(task, handle, written);
      if (written.bytes + value.length > file.bytes) throw new ConnectionLost('more bytes than listed', 0);
      await handle.write(value, 0, value.length, written.bytes);
      written.hash.update(value);
      written.bytes += value.length;
      task.moved(value.length);
    }
  } finally {
    await reader.cancel().catch(() => undefined); // why it broke has been told by read()
  }
  if (written.bytes < file.bytes) throw new ConnectionLost('the connection ended early', 0);
}

async function restart({ file, moved }: Download, handle: FileHandle, written: Written): Promise<void> {
  await handle.truncate(0);
  moved(-written.bytes);
  written.bytes = 0;
  written.hash = digester(file);
}

function matches({ digest }: HubFile, { hash }: Written): boolean {
  return hash.copy().digest('hex') === digest.hex;
}

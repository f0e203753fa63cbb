import { existsSync, readFileSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { checkConfig, checkIndex } from './checkpointFiles.ts';
import { isVerified } from './digest.ts';
import { requireSpace } from './disk.ts';
import type { FreeBytes } from './disk.ts';
import { download } from './download.ts';
import { PullFolder } from './folder.ts';
import { CONFIG, INDEX, listCheckpoint } from './listing.ts';
import type { HubFile, Listing } from './listing.ts';
import type { Hub } from './persist.ts';
import type { Repository } from './repository.ts';

export interface PullOptions {
  readonly repository: Repository;
  readonly token: Secret | undefined;
  /** the folder that becomes the checkpoint */
  readonly out: string;
  readonly watcher: PullWatcher;
  /** other figures than the usual, for tests: free bytes, patience in ms */
  readonly freeBytes?: FreeBytes;
  readonly patience?: Partial<Pick<Hub, 'stallMs' | 'tries' | 'wait'>>;
}

/** Told what goes on. */
export interface PullWatcher {
  /** what stands there already is read and compared */
  check(): void;
  /** bytes of all files together, and of those what an earlier pull left */
  begin(bytes: number, already: number): void;
  moved(bytes: number): void;
  lost(reason: string, againMs: number): void;
}

export interface Pulled {
  readonly commit: string;
  readonly files: number;
  readonly bytes: number;
}

const PATIENCE = { stallMs: 60_000, tries: 6, wait: { first: 1000, most: 30_000 } };

/**
 * Fetches a Qwen3-VL checkpoint into a folder, or what is missing of it. The folder is a model when this resolves, and not before.
 * Errors: MODEL_REPO_NOT_FOUND, MODEL_REPO_REFUSED, MODEL_CONFIG_INVALID, MODEL_REPO_INCOMPLETE, MODEL_WEIGHTS_CORRUPT,
 * MODEL_DISK_SPACE, MODEL_FOLDER, MODEL_PULL.
 */
export async function pull(opts: PullOptions): Promise<Pulled> {
  const { repository, token, watcher } = opts;
  const hub: Hub = { repository, token, ...PATIENCE, ...opts.patience, lost: watcher.lost };
  const listing = await listCheckpoint(hub);
  const folder = new PullFolder(opts.out);
  try {
    folder.resume(listing.files);
    if (existsSync(opts.out)) watcher.check();
    const missing = await missingFrom(folder, listing);
    const begun = sum(missing.map((file) => folder.begun(file)));
    await requireSpace(opts.out, sum(missing.map((file) => file.bytes)) - begun, opts.freeBytes);
    const total = sum(listing.files.map((file) => file.bytes));
    watcher.begin(total, total - sum(missing.map((file) => file.bytes)) + begun);
    for (const file of listing.files) {
      const fetched = missing.includes(file);
      if (fetched) {
        folder.begin(file);
        await download({ hub, commit: listing.commit, file, path: folder.partial(file.name), moved: watcher.moved });
      }
      judge(fetched ? folder.partial(file.name) : folder.file(file.name), file, { id: repository.id, listing, abandon: () => folder.abandon(missing) });
    }
    folder.place(missing);
    return { commit: listing.commit, files: listing.files.length, bytes: total };
  } catch (error) {
    throw ofFolder(error, opts.out);
  }
}

interface Judgement {
  readonly id: string;
  readonly listing: Listing;
  abandon(): void;
}

/** The small files that say what the others are come first, and are judged before those are fetched. */
function judge(path: string, { name }: HubFile, { id, listing, abandon }: Judgement): void {
  try {
    if (name === CONFIG) checkConfig(readFileSync(path, 'utf8'), id);
    if (name === INDEX) checkIndex(readFileSync(path, 'utf8'), id, listing.files);
  } catch (error) {
    abandon();
    throw error;
  }
}

async function missingFrom(folder: PullFolder, { files }: Listing): Promise<HubFile[]> {
  const missing: HubFile[] = [];
  for (const file of files) if (!(await isVerified(folder.file(file.name), file))) missing.push(file);
  return missing;
}

function ofFolder(error: unknown, out: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new LookoutError('MODEL_DISK_SPACE', `The disk of ${out} is full.`, { cause: error });
  return new LookoutError('MODEL_FOLDER', `${out}: ${error.message}.`, { cause: error });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

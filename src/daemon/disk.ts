import { dirname } from 'node:path';
import type { Held } from '../api/routes/status.ts';
import type { Config } from '../config/schema.ts';

/** What takes room on disks, and how much it may. */
export function heldOnDisk({ store, media, recordings, ask }: Config): Held[] {
  const mb = (count: number): number => count * 1e6;
  return [
    ...(store.path === ':memory:' ? [] : [{ what: 'store', path: dirname(store.path), usedBytes: null, maxBytes: store.max_mb ? mb(store.max_mb) : null }]),
    { what: 'media', path: media.dir, usedBytes: null, maxBytes: mb(media.max_mb) },
    { what: 'recordings', path: recordings.dir, usedBytes: null, maxBytes: mb(recordings.max_mb) },
    { what: 'uploads', path: ask.uploads_dir, usedBytes: null, maxBytes: mb(ask.uploads_mb) },
  ];
}

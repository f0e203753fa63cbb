import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LookoutError } from '../../errors.ts';
import { freeNow, LEFT_FREE } from '../../health/disk.ts';
import type { StoreGlance } from '../../store/stats.ts';
import { Bytes, route } from '../route.ts';
import type { Route } from '../route.ts';

export interface BackupNeeds {
  readonly log: { backup(file: string): Promise<void>; glance(): Pick<StoreGlance, 'bytes'> };
  /** the log's own file, absolute, or `:memory:` */
  path(): string;
  /** wall clock, ms */
  now(): number;
}

/** Copies on their way to a client lie beside the log. */
const COPY = /^lookout-copy-[0-9a-f-]{36}\.db/;
/** A copy this old is what a crash left, ms. */
const STALE = 86_400_000;

/** A copy of the log. */
export function backupRoutes(needs: BackupNeeds): Route[] {
  let busy = false;
  return [
    route({
      method: 'POST', path: '/v1/backup', scope: 'admin', tag: 'config', heavy: true,
      summary: 'A checked copy of the event log',
      description: 'Made while the log is written to, and sent once it is whole. To go back to it, stop Lookout and put the file in the place of store.path. Without pictures, clips, configuration and rules, which are files.',
      response: { bytes: ['application/vnd.sqlite3'] },
      async handle({ signal }) {
        if (busy) throw new LookoutError('SERVER_BUSY', 'a copy of the log is being made already.');
        busy = true;
        const file = placeFor(needs.path());
        const done = (): void => {
          busy = false;
          // called where nobody could hear of an error; what cannot be removed is swept later
          void rm(file, { force: true }).catch(() => undefined);
        };
        try {
          refuseCrowded(dirname(file), needs.log.glance().bytes);
          sweep(dirname(file), needs.now());
          await needs.log.backup(file);
          signal.throwIfAborted();
        } catch (error) {
          done();
          throw error;
        }
        const name = `lookout-${new Date(needs.now()).toISOString().slice(0, 19).replaceAll(':', '')}Z.db`;
        return new Bytes({ file, type: 'application/vnd.sqlite3', name, done });
      },
    }),
  ];
}

function placeFor(path: string): string {
  return join(path === ':memory:' ? tmpdir() : dirname(resolve(path)), `lookout-copy-${randomUUID()}.db`);
}

/** A copy must not take the room that the log itself needs. */
function refuseCrowded(folder: string, bytes: number): void {
  const free = freeNow(folder);
  if (free < bytes + LEFT_FREE) throw new LookoutError('STORE_WRITE', `a copy takes ${Math.ceil(bytes / 1e6)} MB beside the log, and the disk has ${Math.floor(free / 1e6)} MB left.`);
}

function sweep(folder: string, now: number): void {
  for (const name of readdirSync(folder).filter((one) => COPY.test(one))) {
    const file = join(folder, name);
    const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - at > STALE) rmSync(file, { force: true });
  }
}

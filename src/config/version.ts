import { createHash } from 'node:crypto';
import { LookoutError } from '../errors.ts';
import { shown } from './document.ts';
import type { Source } from './document.ts';

/** Which version of a file an edit is meant for; undefined: whichever there is. */
export interface Edition {
  readonly etag?: string;
}

/** Changes with every byte of the text. */
export function etagOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** @throws LookoutError CONFIG_CHANGED where the file is another version than the one that was read */
export function refuseOther({ file, text }: Source, { etag }: Edition): void {
  if (etag === undefined || etag === etagOf(text)) return;
  throw new LookoutError('CONFIG_CHANGED', `${shown(file)} is not what it was when it was read.`);
}

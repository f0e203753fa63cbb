import { LookoutError } from '../errors.ts';
import { Secret } from '../secret.ts';

/** A model repository on a hub, at a revision. */
export interface Repository {
  /** http(s) address without a slash at its end */
  readonly endpoint: string;
  /** `Qwen/Qwen3-VL-2B-Instruct` */
  readonly id: string;
  /** branch, tag or commit */
  readonly revision: string;
}

const PART = '[A-Za-z0-9_][A-Za-z0-9._-]*';
const ID = new RegExp(`^(?:${PART}/)?${PART}$`);
const REVISION = new RegExp(`^${PART}(?:/${PART})*$`);

/** Checks what was asked for, since it becomes part of addresses. Errors: USAGE. */
export function repository({ endpoint, id, revision }: Repository): Repository {
  if (!ID.test(id)) throw new LookoutError('USAGE', `${JSON.stringify(id)} is no repository of a hub, such as Qwen/Qwen3-VL-2B-Instruct.`);
  if (!REVISION.test(revision)) throw new LookoutError('USAGE', `${JSON.stringify(revision)} is no branch, tag or commit.`);
  return { endpoint: readEndpoint(endpoint), id, revision };
}

/** The last part of the id: what the folder is called where none is named. */
export function repositoryName({ id }: Pick<Repository, 'id'>): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** A token as the environment has it. One that cannot stand in a header is refused here: later its text would be told in an error. */
export function readToken(text: string | undefined): Secret | undefined {
  const token = text?.trim();
  if (!token) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) throw new LookoutError('USAGE', 'HF_TOKEN holds characters that no token has.');
  return new Secret(token);
}

function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new LookoutError('USAGE', 'The endpoint is no http:// or https:// address.');
  if (url.username || url.password || url.search || url.hash) throw new LookoutError('USAGE', 'The endpoint is an address without user, password or query; a token goes into HF_TOKEN.');
  return url.href.replace(/\/+$/, '');
}

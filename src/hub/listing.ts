import { listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import { persist } from './persist.ts';
import type { Hub } from './persist.ts';

/** A file that the hub lists. Its digest says whether what arrived is what was published. */
export interface HubFile {
  /** without a folder */
  readonly name: string;
  readonly bytes: number;
  /** of a large file SHA-256; of one that stands in git itself, git's SHA-1 of the blob */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

export interface Listing {
  readonly commit: string;
  /** in the order in which they are fetched: what tells soonest that the rest is of no use comes first */
  readonly files: readonly HubFile[];
}

export const CONFIG = 'config.json';
export const INDEX = 'model.safetensors.index.json';

/** What a checkpoint consists of; a name with a folder in it is none of it, and cannot lead out of the target either. */
const WANTED = /^(?:config|generation_config|(?:video_)?preprocessor_config|processor_config|tokenizer[\w-]*|chat_template[\w-]*)\.json$|^chat_template[\w.-]*\.jinja$|^\w[\w.-]*\.safetensors(?:\.index\.json)?$/;
const FIRST = [CONFIG, INDEX];

const bytes = z.number().int().nonnegative();
const infoSchema = z.looseObject({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const entrySchema = z.looseObject({
  path: z.string(),
  type: z.string(),
  size: bytes,
  oid: z.string(),
  lfs: z.looseObject({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: bytes }).nullish(),
});

/** Whether a file of this name belongs to a checkpoint. */
export function wanted(name: string): boolean {
  return WANTED.test(name);
}

/**
 * Asks the hub which commit the revision stands for, and what of it makes a checkpoint.
 * Errors: MODEL_REPO_NOT_FOUND, MODEL_REPO_REFUSED, MODEL_PULL, MODEL_REPO_INCOMPLETE.
 */
export async function listCheckpoint(hub: Hub): Promise<Listing> {
  const { endpoint, id, revision } = hub.repository;
  return persist(hub, async ({ fetch, alive }) => {
    const info = await modelInfo({ name: id, revision, hubUrl: endpoint, additionalFields: ['sha'], fetch });
    // Everything else is asked for by the commit: a branch may move on meanwhile.
    const { sha: commit } = infoSchema.parse(info);
    const files: HubFile[] = [];
    for await (const entry of listFiles({ repo: { type: 'model', name: id }, revision: commit, hubUrl: endpoint, fetch })) {
      alive();
      if (entry.type === 'file' && wanted(entry.path)) files.push(readEntry(entry));
    }
    return { commit, files: complete(id, files) };
  });
}

function readEntry(entry: object): HubFile {
  const { path: name, size, oid, lfs } = entrySchema.parse(entry);
  if (lfs) return { name, bytes: lfs.size, digest: { kind: 'sha256', hex: lfs.oid } };
  return { name, bytes: size, digest: { kind: 'git', hex: z.string().regex(/^[0-9a-f]{40}$/).parse(oid) } };
}

function complete(id: string, files: readonly HubFile[]): HubFile[] {
  const has = (name: string): boolean => files.some((file) => file.name === name);
  if (!has(CONFIG)) throw new LookoutError('MODEL_REPO_INCOMPLETE', `${id} has no ${CONFIG}.`);
  if (!has('tokenizer.json')) throw new LookoutError('MODEL_REPO_INCOMPLETE', `${id} has no tokenizer.json.`);
  if (!has('model.safetensors') && !has(INDEX)) throw new LookoutError('MODEL_REPO_INCOMPLETE', `${id} has neither model.safetensors nor ${INDEX}.`);
  const rank = ({ name, bytes: size }: HubFile): number => (FIRST.includes(name) ? FIRST.indexOf(name) - FIRST.length : size);
  return [...files].sort((a, b) => rank(a) - rank(b));
}

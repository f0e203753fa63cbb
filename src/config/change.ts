import { resolve } from 'node:path';
import { LookoutError } from '../errors.ts';
import { parseSource, readSource } from './document.ts';
import type { Source } from './document.ts';
import { cameraIn, ruleBeside, rulesBeside } from './edit.ts';
import type { CameraEntry, RuleEntry } from './edit.ts';
import { withoutSecrets } from './environment.ts';
import { configOf } from './load.ts';
import { withEdits } from './patch.ts';
import type { KeyEdit } from './patch.ts';
import { KINDS } from './ruleEntry.ts';
import { rulesOf } from './rules.ts';
import { inTurn } from './turn.ts';
import { etagOf, refuseOther } from './version.ts';
import type { Edition } from './version.ts';
import { writeAtomically } from './write.ts';

/** Keys to set; null takes one out. */
export type Change<T> = { readonly [K in Exclude<keyof T, 'id'>]?: T[K] | null };

/**
 * Changes keys of a rule, in the file that holds it; every other byte stays as far as its notation lets it. Of the kinds that exclude one
 * another the one that is set takes the other's place.
 * @throws LookoutError RULE_NOT_FOUND, CONFIG_CHANGED, CONFIG_…
 */
export function changeRule(file: string, id: string, change: Change<RuleEntry>, edition: Edition = {}): void {
  inTurn(file, () => {
    const config = readSource(resolve(file));
    const { source, path } = ruleBeside(config, id);
    refuseOther(source, edition);
    const next = withEdits(source, editsOf({ ...otherKinds(change), ...change }, path));
    const others = rulesBeside(config).rules.filter((loaded) => loaded.source.file !== source.file);
    configOf(config, withoutSecrets, [...others, ...rulesOf(next)]);
    write(source, next);
  });
}

/** Keeps a rule silent for so many seconds from `now` (ms), to the whole second; 0 ends its silence. Returns until when, ms. @throws as changeRule */
export function snoozeRule(file: string, id: string, seconds: number, now: number): number {
  const until = Math.ceil((now + seconds * 1000) / 1000) * 1000;
  changeRule(file, id, { snoozed_until: seconds === 0 ? null : new Date(until).toISOString().replace('.000Z', 'Z') });
  return until;
}

/** Changes keys of a camera, in the configuration. @throws LookoutError CAMERA_NOT_FOUND, CONFIG_CHANGED, CONFIG_… */
export function changeCamera(file: string, id: string, change: Change<CameraEntry>, edition: Edition = {}): void {
  changeConfig(file, (source) => editsOf(change, ['cameras', cameraIn(source, id)]), edition);
}

/**
 * Changes keys of the configuration, all of them or none: it is checked as a whole before it is written.
 * @returns the file's version now, and whether it says something else
 * @throws LookoutError CONFIG_CHANGED, CONFIG_…, CAMERA_URL_SCHEME
 */
export function changeConfig(file: string, edits: readonly KeyEdit[] | ((source: Source) => readonly KeyEdit[]), edition: Edition = {}): { readonly etag: string; readonly changed: boolean } {
  return inTurn(file, () => {
    const source = readSource(resolve(file));
    refuseOther(source, edition);
    // The edits lead into what the file says: a tree of its own for them, since they change it.
    const next = withEdits(parseSource(source.text, source.file), typeof edits === 'function' ? edits(source) : edits);
    configOf(next, withoutSecrets);
    write(source, next);
    return { etag: etagOf(next.text), changed: next.text !== source.text };
  });
}

function write(source: Source, next: Source): void {
  if (next.text !== source.text) writeAtomically(source.file, next.text, source.text);
}

function editsOf(change: Readonly<Record<string, unknown>>, path: KeyEdit['path']): KeyEdit[] {
  const edits = Object.entries(change).flatMap(([key, value]) => (value === undefined ? [] : [{ path: [...path, key], value }]));
  if (edits.some(({ path: [...at] }) => at.at(-1) === 'id')) throw new LookoutError('CONFIG_INVALID', 'id: an id stays as it is: alerts and the log hold it.');
  return edits;
}

/** The kinds that are out when another one is set, with what belongs to them. */
function otherKinds(change: Change<RuleEntry>): Record<string, null> {
  const set = KINDS.find((kind) => change[kind] !== undefined && change[kind] !== null);
  if (set === undefined) return {};
  const gone = [...KINDS.filter((kind) => kind !== set), ...(set === 'then' || set === 'without' ? [] : ['within'])];
  return Object.fromEntries(gone.map((key) => [key, null]));
}

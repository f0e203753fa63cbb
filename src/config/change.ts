import { resolve } from 'node:path';
import { parseSource, readSource } from './document.ts';
import type { KeyPath, Source } from './document.ts';
import { cameraIn, ruleBeside } from './edit.ts';
import { withoutSecrets } from './environment.ts';
import { configOf } from './load.ts';
import { rulesOf } from './rules.ts';
import { agreed, withKey } from './splice.ts';
import { writeAtomically } from './write.ts';

/** What can be switched of a rule; null takes the key out. */
interface RuleChange {
  readonly enabled?: boolean;
  /** a time as the rule's key takes it */
  readonly snoozed_until?: string | null;
}

/**
 * Switches a rule or sets its silence, in the file that holds it; every other byte stays as far as its notation lets it.
 * @throws LookoutError RULE_NOT_FOUND, CONFIG_…
 */
export function changeRule(file: string, id: string, change: RuleChange): void {
  const { source, path } = ruleBeside(readSource(resolve(file)), id);
  const text = Object.entries(change).reduce((before, [key, value]) => changed(parseSource(before, source.file), path, key, value), source.text);
  rulesOf(parseSource(text, source.file));
  if (text !== source.text) writeAtomically(source.file, text);
}

/** Keeps a rule silent for so many seconds from `now` (ms), to the whole second; 0 ends its silence. Returns until when, ms. @throws as changeRule */
export function snoozeRule(file: string, id: string, seconds: number, now: number): number {
  const until = Math.ceil((now + seconds * 1000) / 1000) * 1000;
  changeRule(file, id, { snoozed_until: seconds === 0 ? null : new Date(until).toISOString().replace('.000Z', 'Z') });
  return until;
}

/** Switches a camera, in the configuration. @throws LookoutError CAMERA_NOT_FOUND, CONFIG_… */
export function changeCamera(file: string, id: string, change: { readonly enabled: boolean }): void {
  const source = readSource(resolve(file));
  const text = changed(source, ['cameras', cameraIn(source, id)], 'enabled', change.enabled);
  configOf(parseSource(text, source.file), withoutSecrets);
  if (text !== source.text) writeAtomically(source.file, text);
}

function changed(source: Source, path: KeyPath, key: string, value: string | boolean | null | undefined): string {
  const { document, text } = source;
  if (value === undefined || (value === null && !document.hasIn([...path, key]))) return text;
  const spliced = withKey(source, path, key, value);
  if (value === null) document.deleteIn([...path, key]);
  else document.setIn([...path, key], value);
  return agreed(source, spliced);
}

import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parse } from 'yaml';
import { LookoutError } from '../errors.ts';
import { parseSource, readSource, shown } from './document.ts';
import type { KeyPath, Source } from './document.ts';
import { withoutSecrets } from './environment.ts';
import { configOf } from './load.ts';
import { loadRules, rulesOf } from './rules.ts';
import { cannotWrite, writeAtomically } from './write.ts';

/** What can be switched of a rule; null takes the key out. */
export interface RuleChange {
  readonly enabled?: boolean;
  /** a time as the rule's key takes it */
  readonly snoozed_until?: string | null;
}

/**
 * Switches a rule or sets its silence, in the file that holds it; every other byte stays as far as its notation lets it.
 * @throws LookoutError RULE_NOT_FOUND, CONFIG_…
 */
export function changeRule(file: string, id: string, change: RuleChange): void {
  const config = readSource(resolve(file));
  const folder = configOf(config, withoutSecrets, []).config.rules_dir;
  const found = loadRules(folder, () => cannotWrite(folder, 'cannot be read')).find((loaded) => loaded.rule.id === id);
  if (!found) throw new LookoutError('RULE_NOT_FOUND', `${shown(folder)} has no rule ${id}.`);
  const { source, path } = found;
  const text = Object.entries(change).reduce((before, [key, value]) => withKey(parseSource(before, source.file), path, key, value), source.text);
  rulesOf(parseSource(text, source.file));
  if (text !== source.text) writeAtomically(source.file, text);
}

/** Switches a camera, in the configuration. @throws LookoutError CAMERA_NOT_FOUND, CONFIG_… */
export function changeCamera(file: string, id: string, change: { readonly enabled: boolean }): void {
  const source = readSource(resolve(file));
  const index = configOf(source, withoutSecrets).config.cameras.findIndex((camera) => camera.id === id);
  if (index < 0) throw new LookoutError('CAMERA_NOT_FOUND', `${shown(file)} has no camera ${id}.`);
  const text = withKey(source, ['cameras', index], 'enabled', change.enabled);
  configOf(parseSource(text, source.file), withoutSecrets);
  if (text !== source.text) writeAtomically(source.file, text);
}

/** The text with a key of the map at `path` set, or taken out (null). */
function withKey(source: Source, path: KeyPath, key: string, value: string | boolean | null | undefined): string {
  const { document, text } = source;
  if (value === undefined || (value === null && !document.hasIn([...path, key]))) return text;
  const spliced = spliceKey(source, path, key, value);
  if (value === null) document.deleteIn([...path, key]);
  else document.setIn([...path, key], value);
  const tree = document.toString({ lineWidth: 0, flowCollectionPadding: /\{ /.test(text) });
  return spliced !== undefined && isDeepStrictEqual(parse(spliced), parse(tree)) ? spliced : tree;
}

/** By cut and paste; undefined where the map is not written in lines of its own. */
function spliceKey({ document, text }: Source, path: KeyPath, key: string, value: string | boolean | null): string | undefined {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map) || map.flow) return undefined;
  const pairs = map.items.filter((item) => isScalar(item.key));
  const pair = pairs.find((item) => isScalar(item.key) && item.key.value === key);
  const [from, to] = [isScalar(pair?.key) ? pair.key.range?.[0] : undefined, isScalar(pair?.value) ? pair.value.range?.[1] : undefined];
  const told = String(value);
  if (pair) {
    if (from === undefined || to === undefined) return undefined;
    if (value !== null) return `${text.slice(0, from)}${key}: ${told}${text.slice(to)}`;
    const line = text.lastIndexOf('\n', from - 1) + 1;
    return text.slice(line, from).trim() === '' ? text.slice(0, line) + text.slice(lineEnd(text, to)) : undefined;
  }
  const first = pairs[0]?.key;
  const last = pairs.at(-1)?.value;
  const begins = isScalar(first) ? first.range?.[0] : undefined;
  const ends = isScalar(last) ? last.range?.[1] : undefined;
  if (value === null || begins === undefined || ends === undefined) return undefined;
  const indent = begins - (text.lastIndexOf('\n', begins - 1) + 1);
  const end = lineEnd(text, ends);
  return `${text.slice(0, end)}${text.slice(0, end).endsWith('\n') ? '' : '\n'}${' '.repeat(indent)}${key}: ${told}\n${text.slice(end)}`;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

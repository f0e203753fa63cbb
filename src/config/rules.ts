import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { LookoutError } from '../errors.ts';
import type { Rule } from '../rules/rule.ts';
import { checked } from './check.ts';
import { faultAt, placeOf, readSource, valuesOf } from './document.ts';
import type { KeyPath, Source } from './document.ts';
import { ruleSchema } from './ruleSchema.ts';

/** A rule and where it stands: `path` is empty in a file that holds one rule, `[index]` in one that holds a list. */
export interface LoadedRule {
  readonly rule: Rule;
  readonly source: Source;
  readonly path: KeyPath;
}

/**
 * The rules of a folder's *.yaml files, in the order of their names.
 * @param missing the error for a folder that is not there
 * @throws LookoutError CONFIG_SYNTAX, CONFIG_INVALID
 */
export function loadRules(folder: string, missing: () => LookoutError): LoadedRule[] {
  const rules = ruleFiles(folder, missing).flatMap((file) => rulesOf(readSource(file)));
  refuseTwins(rules);
  return rules;
}

export function ruleFiles(folder: string, missing: () => LookoutError): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw missing();
  }
  // Editors leave hidden files and half-written ones beside the real ones.
  return names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort().map((name) => join(folder, name));
}

/** @throws LookoutError CONFIG_INVALID */
export function rulesOf(source: Source): LoadedRule[] {
  const values = valuesOf(source);
  if (values === null || values === undefined) return [];
  if (Array.isArray(values)) return values.map((value: unknown, index) => ruleAt(source, [index], value));
  return [ruleAt(source, [], withId(values, basename(source.file, extname(source.file))))];
}

function withId(value: unknown, id: string): unknown {
  return typeof value === 'object' && value !== null ? { id, ...value } : value;
}

function ruleAt(source: Source, path: KeyPath, value: unknown): LoadedRule {
  return { rule: checked(ruleSchema, source, value, path), source, path };
}

function refuseTwins(rules: readonly LoadedRule[]): void {
  const seen = new Map<string, LoadedRule>();
  for (const loaded of rules) {
    const first = seen.get(loaded.rule.id);
    if (first) throw faultAt(loaded.source, [...loaded.path, 'id'], `rule ${loaded.rule.id} is there already, at ${placeOf(first.source, first.path)}`);
    seen.set(loaded.rule.id, loaded);
  }
}

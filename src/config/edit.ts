import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isSeq, stringify } from 'yaml';
import type { z } from 'zod';
import { LookoutError } from '../errors.ts';
import { parseSource, readSource, shown } from './document.ts';
import type { Source } from './document.ts';
import { withoutSecrets } from './environment.ts';
import { configOf } from './load.ts';
import { loadRules, rulesOf } from './rules.ts';
import type { LoadedRule } from './rules.ts';
import type { ruleSchema } from './ruleSchema.ts';
import type { configSchema } from './schema.ts';
import { agreed, withItem, withoutItem } from './splice.ts';
import { cannotWrite, removeFile, writeAtomically } from './write.ts';

export type CameraEntry = NonNullable<z.input<typeof configSchema>['cameras']>[number];
export type RuleEntry = z.input<typeof ruleSchema>;

/**
 * Adds a camera to the configuration; comments stay. Nothing is written that would not load.
 * @throws LookoutError CAMERA_EXISTS, CAMERA_URL_SCHEME, CONFIG_…
 */
export function addCamera(file: string, camera: CameraEntry): void {
  const source = readSource(resolve(file));
  const { config } = configOf(source, withoutSecrets);
  if (config.cameras.some((other) => other.id === camera.id)) {
    throw new LookoutError('CAMERA_EXISTS', `${shown(file)} has a camera ${camera.id}.`);
  }
  const spliced = withItem(source, 'cameras', camera);
  const list: unknown = source.document.get('cameras', true);
  if (isSeq(list)) list.add(source.document.createNode(camera));
  else source.document.set('cameras', source.document.createNode([camera]));
  const text = agreed(source, spliced);
  configOf(parseSource(text, source.file), withoutSecrets);
  writeAtomically(source.file, text);
}

/** @throws LookoutError CAMERA_NOT_FOUND, CONFIG_INVALID where a rule names the camera, CONFIG_… */
export function removeCamera(file: string, id: string): void {
  const source = readSource(resolve(file));
  const index = cameraIn(source, id);
  const spliced = withoutItem(source, 'cameras', index);
  source.document.deleteIn(['cameras', index]);
  const text = agreed(source, spliced);
  configOf(parseSource(text, source.file), withoutSecrets);
  writeAtomically(source.file, text);
}

/**
 * Writes a rule to a file of its own in the configuration's folder of rules.
 * @returns the file
 * @throws LookoutError RULE_EXISTS, CONFIG_…
 */
export function addRule(file: string, rule: RuleEntry): string {
  const config = readSource(resolve(file));
  const { folder, rules } = rulesBeside(config);
  const target = join(folder, `${rule.id}.yaml`);
  const twin = rules.find((loaded) => loaded.rule.id === rule.id);
  if (twin || existsSync(target)) {
    throw new LookoutError('RULE_EXISTS', `rule ${rule.id} is in ${shown(twin?.source.file ?? target)}.`);
  }
  const text = stringify(rule, { lineWidth: 0 });
  configOf(config, withoutSecrets, [...rules, ...rulesOf(parseSource(text, target))]);
  writeAtomically(target, text);
  return target;
}

/** Removes a rule, and its file where it holds nothing else. @throws LookoutError RULE_NOT_FOUND, CONFIG_… */
export function removeRule(file: string, id: string): void {
  const { source, path } = ruleBeside(readSource(resolve(file)), id);
  if (path.length === 0) return removeFile(source.file);
  const spliced = withoutItem(source, undefined, Number(path[0]));
  source.document.deleteIn(path);
  writeAtomically(source.file, agreed(source, spliced));
}

/** The folder of rules, made if need be, and what it holds. */
function rulesBeside(source: Source): { folder: string; rules: LoadedRule[] } {
  const folder = configOf(source, withoutSecrets, []).config.rules_dir;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  return { folder, rules: loadRules(folder, () => cannotWrite(folder, 'cannot be read')) };
}

/** A camera's place in the configuration's list. @throws LookoutError CAMERA_NOT_FOUND, CONFIG_… */
export function cameraIn(source: Source, id: string): number {
  const index = configOf(source, withoutSecrets).config.cameras.findIndex((camera) => camera.id === id);
  if (index < 0) throw new LookoutError('CAMERA_NOT_FOUND', `${shown(source.file)} has no camera ${id}.`);
  return index;
}

/** A rule of the configuration and where it stands. @throws LookoutError RULE_NOT_FOUND, CONFIG_… */
export function ruleBeside(source: Source, id: string): LoadedRule {
  const { folder, rules } = rulesBeside(source);
  const found = rules.find((loaded) => loaded.rule.id === id);
  if (!found) throw new LookoutError('RULE_NOT_FOUND', `${shown(folder)} has no rule ${id}.`);
  return found;
}

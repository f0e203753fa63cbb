import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isSeq, stringify } from 'yaml';
import type { z } from 'zod';
import { LookoutError } from '../errors.ts';
import { parseSource, readSource, shown } from './document.ts';
import type { Source } from './document.ts';
import { withoutSecrets } from './environment.ts';
import { configOf } from './load.ts';
import { idFor } from './ruleEntry.ts';
import { loadRules, rulesOf } from './rules.ts';
import type { LoadedRule } from './rules.ts';
import type { ruleSchema } from './ruleSchema.ts';
import type { configSchema } from './schema.ts';
import { agreed, withItem, withoutItem } from './splice.ts';
import { inTurn } from './turn.ts';
import { refuseOther } from './version.ts';
import type { Edition } from './version.ts';
import { cannotWrite, removeFile, writeAtomically } from './write.ts';

export type CameraEntry = NonNullable<z.input<typeof configSchema>['cameras']>[number];
export type RuleEntry = z.input<typeof ruleSchema>;

/**
 * Adds a camera to the configuration; comments stay. Nothing is written that would not load.
 * @throws LookoutError CAMERA_EXISTS, CAMERA_URL_SCHEME, CONFIG_…
 */
export function addCamera(file: string, camera: CameraEntry): void {
  inTurn(file, () => {
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
    writeAtomically(source.file, text, source.text);
  });
}

/** @throws LookoutError CAMERA_NOT_FOUND, CONFIG_INVALID where a rule names the camera, CONFIG_… */
export function removeCamera(file: string, id: string, edition: Edition = {}): void {
  inTurn(file, () => {
    const source = readSource(resolve(file));
    refuseOther(source, edition);
    const index = cameraIn(source, id);
    const spliced = withoutItem(source, 'cameras', index);
    source.document.deleteIn(['cameras', index]);
    const text = agreed(source, spliced);
    configOf(parseSource(text, source.file), withoutSecrets);
    writeAtomically(source.file, text, source.text);
  });
}

/**
 * Writes a rule to a file of its own in the configuration's folder of rules. Without an id it gets one made from its sentence.
 * @returns the file, and the id
 * @throws LookoutError RULE_EXISTS, CONFIG_…
 */
export function addRule(file: string, entry: Omit<RuleEntry, 'id'> & { readonly id?: string }): { readonly file: string; readonly id: string } {
  return inTurn(file, () => {
    const config = readSource(resolve(file));
    const { folder, rules } = rulesBeside(config);
    const free = (id: string): boolean => !existsSync(join(folder, `${id}.yaml`));
    const id = entry.id ?? idFor(entry.alert, { has: (one) => !free(one) || rules.some(({ rule }) => rule.id === one) });
    const target = join(folder, `${id}.yaml`);
    const twin = rules.find((loaded) => loaded.rule.id === id);
    if (twin || !free(id)) throw new LookoutError('RULE_EXISTS', `rule ${id} is in ${shown(twin?.source.file ?? target)}.`);
    const text = stringify({ id, ...entry }, { lineWidth: 0 });
    configOf(config, withoutSecrets, [...rules, ...rulesOf(parseSource(text, target))]);
    writeAtomically(target, text, null);
    return { file: target, id };
  });
}

/** Removes a rule, and its file where it holds nothing else. @throws LookoutError RULE_NOT_FOUND, CONFIG_… */
export function removeRule(file: string, id: string, edition: Edition = {}): void {
  inTurn(file, () => {
    const { source, path } = ruleBeside(readSource(resolve(file)), id);
    refuseOther(source, edition);
    if (path.length === 0) return removeFile(source.file, source.text);
    const spliced = withoutItem(source, undefined, Number(path[0]));
    source.document.deleteIn(path);
    writeAtomically(source.file, agreed(source, spliced), source.text);
  });
}

/** The folder of rules, made if need be, and what it holds. */
export function rulesBeside(source: Source): { folder: string; rules: LoadedRule[] } {
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

import { InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import { ID } from '../config/schema.ts';

/** The configuration where none is named. */
export const DEFAULT_FILE = 'configs/lookout.yaml';

/** `-c FILE`, the same for every command. */
export function configOption(): Option {
  return new Option('-c, --config <file>', `configuration (default: $LOOKOUT_CONFIG or ./${DEFAULT_FILE})`);
}

/** @throws LookoutError CONFIG_NOT_FOUND */
export function configFile(named: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const file = named ?? (env.LOOKOUT_CONFIG || DEFAULT_FILE);
  if (!existsSync(file)) throw new LookoutError('CONFIG_NOT_FOUND', `there is no ${file} here.`);
  return file;
}

export function jsonOption(what: string): Option {
  return new Option('--json', what);
}

/** For ids on the command line, which become MQTT topics and file names. */
export function parseId(text: string): string {
  if (!ID.test(text)) throw new InvalidArgumentError('An id is 1 to 64 of a-z, 0-9, _ and -.');
  return text;
}

export function parseNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(most === Infinity ? `A number of ${least} or more.` : `A number from ${least} to ${most}.`);
    }
    return value;
  };
}

export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number of 1 or more.');
  return value;
}

/** `0.4,0.6,0.8` */
export function parseThresholds(text: string): number[] {
  return text.split(',').map((part) => parseNumber(0, 1)(part));
}

/** For options that may be given more than once. */
export function collect<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => T[] {
  return (text, before = []) => [...before, parse(text)];
}

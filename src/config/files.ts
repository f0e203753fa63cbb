import { statSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import type { Rule } from '../rules/rule.ts';
import { readSource, shown } from './document.ts';
import type { Source } from './document.ts';
import type { RuleEntry } from './edit.ts';
import { withoutSecrets } from './environment.ts';
import { configOf } from './load.ts';
import type { LoadedConfig } from './load.ts';
import { entryIn } from './ruleEntry.ts';
import { loadRules, ruleFiles } from './rules.ts';
import type { LoadedRule } from './rules.ts';
import type { Config } from './schema.ts';
import { etagOf } from './version.ts';

/** A rule and where it stands; what of that cannot be told at present is null. */
export interface FiledRule {
  readonly rule: Rule;
  readonly entry: RuleEntry | null;
  readonly file: string | null;
  readonly line: number | null;
  /** of that file */
  readonly etag: string | null;
}

/** What the files say; where they do not load, what is in force, and why they do not. */
export interface ReadConfig {
  readonly config: Config;
  readonly rules: readonly FiledRule[];
  /** the configuration as it was when it last loaded: it says what of the values is told; null where that was never */
  readonly source: Source | null;
  /** of the configuration's file */
  readonly etag: string | null;
  readonly problem: LookoutError | null;
}

/** The files of a running Lookout: they are the truth, and what is in force follows them. */
export interface ConfigFiles {
  /** the configuration's */
  readonly file: string;
  /** Reads them, or remembers what they said while none of them has changed. Of secrets nothing is needed. */
  read(): ReadConfig;
}

/** Files that do not load are read again after so long, ms: hundreds of rules take long enough to keep everybody waiting, and whoever looks asks often. */
const DOUBTED = 1000;

export function configFiles(file: string, inForce: () => LoadedConfig, now: () => number = () => performance.now()): ConfigFiles {
  const readAgain = (stamp: string, good: Source | null) => ({ stamp, at: now(), beside: inForce(), read: readFiles(file, inForce, good) });
  let known = readAgain('', null);
  return {
    file,
    read() {
      const stamp = stampOf(file, known.read.config.rules_dir);
      // what does not load is not remembered for long: it may want files that are nobody's yet, and what is in force may change all the same
      const doubtful = known.read.problem && (known.beside !== inForce() || now() - known.at > DOUBTED);
      if (known.stamp !== stamp || doubtful) known = readAgain(stamp, known.read.source);
      return known.read;
    },
  };
}

function readFiles(file: string, inForce: () => LoadedConfig, good: Source | null): ReadConfig {
  let source: Source | null = null;
  try {
    source = readSource(file);
    const folder = configOf(source, withoutSecrets, []).config.rules_dir;
    const rules = loadRules(folder, () => new LookoutError('CONFIG_INVALID', `there is no folder ${shown(folder)}.`));
    const { config } = configOf(source, withoutSecrets, rules);
    return { config, rules: rules.map(filed), source, etag: etagOf(source.text), problem: null };
  } catch (error) {
    if (!(error instanceof LookoutError)) throw error;
    const { config, rules } = inForce();
    const unfiled = rules.map((rule): FiledRule => ({ rule, entry: null, file: null, line: null, etag: null }));
    return { config, rules: unfiled, source: good, etag: source && etagOf(source.text), problem: error };
  }
}

function filed(loaded: LoadedRule): FiledRule {
  const { rule, source, path } = loaded;
  const node: unknown = path.length === 0 ? source.document.contents : source.document.getIn(path, true);
  const start = typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? Number(node.range[0]) : 0;
  return { rule, entry: entryIn(loaded), file: source.file, line: source.lines.linePos(start).line, etag: etagOf(source.text) };
}

/** Changes when any of the files does: they are replaced, and so have another inode or time. */
function stampOf(file: string, folder: string): string {
  return [file, folder, ...filesIn(folder)]
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}` : path;
    })
    .join('\n');
}

function filesIn(folder: string): string[] {
  try {
    return ruleFiles(folder, () => new LookoutError('CONFIG_INVALID', folder));
  } catch (error) {
    if (error instanceof LookoutError) return [];
    throw error;
  }
}

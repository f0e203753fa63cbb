import { isMap, isScalar, isSeq } from 'yaml';
import { Secret } from '../secret.ts';
import { valuesOf } from './document.ts';
import type { KeyPath, Source } from './document.ts';
import { withEnvironment, withoutSecrets } from './environment.ts';
import { filled } from './load.ts';
import { REDACTED } from './patch.ts';
import { configSchema } from './schema.ts';

/** A configuration as it may be told to whoever may edit it. */
export interface ToldConfig {
  /** every key with its value or default, as the file has them: paths as they are written, `${NAME}` as it stands there, secrets as `[redacted]` */
  readonly values: Record<string, unknown>;
  /** what stands in the file; all else is a default */
  readonly written: readonly KeyPath[];
  /** what holds a secret */
  readonly secrets: readonly KeyPath[];
}

/** What the file says; nothing where it is none that loads: of what came from the environment nobody could tell then what is secret. */
export function tellConfig(source: Source | null): ToldConfig {
  const raw = source ? filled(valuesOf(source)) : {};
  const found = source ? configSchema.safeParse(withEnvironment(source, raw, withoutSecrets)) : undefined;
  if (!source || !found?.success) return { values: {}, written: [], secrets: [] };
  const secrets: KeyPath[] = [];
  const told = shown(found.data, raw, [], secrets);
  return { values: told as Record<string, unknown>, written: written(source.document.contents, []), secrets };
}

function shown(value: unknown, raw: unknown, path: KeyPath, secrets: KeyPath[]): unknown {
  if (value instanceof Secret) {
    secrets.push(path);
    return REDACTED;
  }
  if (typeof value === 'string') return withoutKeys(typeof raw === 'string' ? raw : value);
  if (typeof value !== 'object' || value === null) return value;
  const inner = (key: string | number): unknown => (typeof raw === 'object' && raw !== null ? (Reflect.get(raw, key) as unknown) : undefined);
  if (Array.isArray(value)) return value.map((item: unknown, i) => shown(item, inner(i), [...path, i], secrets));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one, inner(key), [...path, key], secrets)]));
}

/** An address without what only its owner may know. */
function withoutKeys(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^\s/]*@/i, `$1${REDACTED}@`).replace(/^([a-z][a-z0-9+.-]*:\/\/[^?]*\?).+$/i, `$1${REDACTED}`);
}

function written(node: unknown, path: KeyPath): KeyPath[] {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => (isScalar(key) ? written(value, [...path, String(key.value)]) : []));
  if (isSeq(node) && node.items.length > 0 && node.items.every((item) => isMap(item))) return node.items.flatMap((item, i) => written(item, [...path, i]));
  return path.length > 0 && !(isScalar(node) && node.value === null) ? [path] : [];
}

import type { z } from 'zod';
import { SHARD, variableIn } from '../fleet/environment.ts';
import { faultAt } from './document.ts';
import type { KeyPath, Source } from './document.ts';

/** Stands for a variable that is not set, where the value is not needed. */
export const UNSET = 'unset-environment-variable';

/**
 * The environment for commands that show or edit the configuration and need none of its secrets: they have to work in a shell
 * that does not hold the service's passwords.
 */
export const withoutSecrets: NodeJS.ProcessEnv = new Proxy(process.env, {
  get: (env, name) => (typeof name === 'string' ? (env[name] ?? (name === SHARD ? undefined : UNSET)) : undefined),
});

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Values with every `${NAME}` replaced by that environment variable, so that passwords need not stand in files. It happens after
 * the YAML was parsed: a variable's text can become a value and never a key.
 * @throws LookoutError CONFIG_INVALID where a variable is not set
 */
export function withEnvironment(source: Source, value: unknown, env: NodeJS.ProcessEnv, path: KeyPath = []): unknown {
  if (typeof value === 'string') return value.replace(REFERENCE, (_, name: string) => variable(source, path, name, env));
  if (Array.isArray(value)) return value.map((item, index) => withEnvironment(source, item, env, [...path, index]));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withEnvironment(source, inner, env, [...path, key])]));
}

/**
 * `values` with numbers where the schema wants one and a variable gave its digits (`port: ${PORT}`): a variable is text, and a password of
 * digits stays text. Where variables are not needed, a number is left to its default, and an address is one that leads nowhere.
 * @param raw the values before their variables were replaced
 */
export function withNumbers(schema: z.ZodType, raw: unknown, values: unknown): unknown {
  const issues = schema.safeParse(values).error?.issues ?? [];
  return issues.reduce((whole, issue) => (MENTION.test(String(at(raw, issue.path))) ? put(whole, issue.path, instead(at(values, issue.path), issue)) : whole), values);
}

const MENTION = new RegExp(REFERENCE.source);
const NUMBER = /^-?\d{1,15}(\.\d+)?$/;

/** What to take for a text of variables that the schema does not take. */
function instead(value: unknown, issue: z.core.$ZodIssue): unknown {
  if (typeof value !== 'string') return value;
  const wanted = issue.code === 'invalid_type' ? issue.expected : issue.code === 'invalid_format' ? issue.format : '';
  if (wanted === 'number' || wanted === 'int') return value.includes(UNSET) ? undefined : NUMBER.test(value) ? Number(value) : value;
  return wanted === 'url' && value.includes(UNSET) ? `http://${UNSET}` : value;
}

function at(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, part) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, part) : undefined), values);
}

function put(values: unknown, [part, ...rest]: readonly PropertyKey[], value: unknown): unknown {
  if (part === undefined) return value;
  if (Array.isArray(values)) return values.map((item: unknown, index) => (index === part ? put(item, rest, value) : item));
  return values !== null && typeof values === 'object' ? { ...values, [part]: put(Reflect.get(values, part), rest, value) } : values;
}

function variable(source: Source, path: KeyPath, name: string, env: NodeJS.ProcessEnv): string {
  const text = variableIn(env, name);
  if (text === undefined) throw faultAt(source, path, `the environment variable ${name} is not set`);
  return text;
}

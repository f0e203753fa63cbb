import { faultAt } from './document.ts';
import type { KeyPath, Source } from './document.ts';

/** Stands for a variable that is not set, where the value is not needed. */
export const UNSET = 'unset-environment-variable';

/**
 * The environment for commands that show or edit the configuration and need none of its secrets: they have to work in a shell
 * that does not hold the service's passwords.
 */
export const withoutSecrets: NodeJS.ProcessEnv = new Proxy(process.env, {
  get: (env, name) => (typeof name === 'string' ? (env[name] ?? UNSET) : undefined),
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

function variable(source: Source, path: KeyPath, name: string, env: NodeJS.ProcessEnv): string {
  const text = env[name];
  if (text === undefined) throw faultAt(source, path, `the environment variable ${name} is not set`);
  return text;
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../../src/api/route.ts';
import { LookoutError } from '../../src/errors.ts';

const FOLDER = join(import.meta.dirname, '../../src/api/routes');

/** Of the server itself: `startApi` adds them. */
const BUILT_IN = ['health.ts', 'metrics.ts', 'session.ts', 'tokens.ts'];

/** Stands in for whatever a room needs to say which routes it has; nothing of it is ever asked. */
function anything(): unknown {
  const all: unknown = new Proxy(() => undefined, { get: (_target, key) => (key === Symbol.toPrimitive ? () => 1 : key === Symbol.iterator ? function* none() {} : all), apply: () => all });
  return all;
}

/** Every route that src/api/routes makes, as it is served and checked; in place of its handler one that finds nothing (404 LOG_UNKNOWN_ID). */
export async function routeTable(): Promise<Route[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts') && !BUILT_IN.includes(file));
  const modules = await Promise.all(files.map(async (file) => Object.entries((await import(join(FOLDER, file))) as Record<string, unknown>)));
  return modules.flat().flatMap(([name, make]) => (name.endsWith('Routes') && typeof make === 'function' ? (make(anything()) as Route[]) : [])).map((route) => ({
    ...route,
    handle: () => {
      throw new LookoutError('LOG_UNKNOWN_ID', 'there is nothing.');
    },
  }));
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOY } from './manifests.ts';

/** `NAME=value` lines; throws for what systemd, compose and kustomize would not read alike. */
export function environmentIn(file: string): Record<string, string> {
  const lines = readFileSync(join(DEPLOY, file), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line): [string, string] => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=([^\s"'$\\#]+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`${file}: ${line}`);
      return [name, value];
    }),
  );
}

import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { programOf } from '../../bin/setup/program.mjs';

/** What Node is started with to run a module of ours. */
export interface Program {
  readonly file: string;
  /** of the interpreter */
  readonly flags: readonly string[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * How a module is run in a process of its own: as the program that was made of it ahead (bin/setup/programs.mjs), which starts in a
 * fraction of the time, or where its sources are others than those, as TypeScript.
 */
export function programFor(module: URL): Program {
  const source = fileURLToPath(module);
  const made = programOf(ROOT, relative(ROOT, source));
  return made === undefined ? { file: source, flags: ['--import', TSX] } : { file: made, flags: [] };
}

import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Programs that are made ahead (programs.mjs) lie here, each build in a folder of its own, and beside them an index that says of which sources each was made. */
export const PROGRAMS = '.cache/programs';
export const INDEX = 'index.json';

/** The program that was made of a module; undefined where there is none of what its sources are now: then they are loaded as they are. */
export function programOf(root, entry) {
  const { root: builtIn, programs } = readIndex(root);
  const program = builtIn === resolve(root) ? programs[entry] : undefined;
  if (!program || Object.entries(program.sources).some(([source, mark]) => markOf(join(root, source)) !== mark)) return undefined;
  // a power cut, or a full disk while it was copied, may leave files that are empty
  const isWhole = Object.entries(program.files ?? { [program.file]: -1 }).every(([file, bytes]) => statSync(join(root, PROGRAMS, file), { throwIfNoEntry: false })?.size === bytes);
  return isWhole ? join(root, PROGRAMS, program.file) : undefined;
}

/** Where this changes, the contents of a file may have. Whole seconds: images of containers keep no more of a file's time. */
export function markOf(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.size} ${Math.floor(stat.mtimeMs / 1000)}`;
}

function readIndex(root) {
  try {
    return JSON.parse(readFileSync(join(root, PROGRAMS, INDEX), 'utf8'));
  } catch {
    // none were made yet
    return { root, programs: {} };
  }
}

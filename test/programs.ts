import { join } from 'node:path';
import { buildPrograms } from '../bin/setup/programs.mjs';

/** Before the tests: hundreds of processes are started in them, as programs that are made ahead. */
export default async function programs(): Promise<void> {
  await buildPrograms(join(import.meta.dirname, '..'), ['src', 'test']);
}

import type { Command } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LookoutError } from '../errors.ts';
import { configOption } from './options.ts';
import { print } from './print.ts';
import { withLog } from './withLog.ts';

export function register(program: Command): void {
  program
    .command('backup')
    .summary('copy the event log while it is written to')
    .description(
      'Copies the event log into one file, whole and consistent, beside a running daemon or without one, and checks the copy. To go back to it, stop Lookout and put the file in the place of store.path. ' +
        'Not in it: pictures and clips (media.dir), the configuration and the rules; these are files, to be copied as such.',
    )
    .argument('<file>', 'the copy')
    .option('--force', 'overwrite a file that is there')
    .addOption(configOption())
    .action(async (file: string, { config, force }: { config?: string; force?: boolean }) => {
      if (existsSync(file) && !force) throw new LookoutError('USAGE', `${file} exists; --force overwrites it.`);
      await withLog(config, (store, { config: { store: { path } } }) => {
        if (resolve(file) === resolve(path)) throw new LookoutError('USAGE', 'the copy would overwrite the log itself.');
        return store.backup(file);
      });
      print(`Copied the event log to ${file} (${(statSync(file).size / 2 ** 20).toFixed(1)} MB, checked).`);
    });
}

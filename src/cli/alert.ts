import type { Command } from 'commander';
import { Option } from 'commander';
import { LookoutError } from '../errors.ts';
import { keepFeedback, unknownAlert } from '../feedback/keep.ts';
import { configOption, jsonOption } from './options.ts';
import { print, printJson, visible } from './print.ts';
import { withLog } from './withLog.ts';

interface AlertFlags {
  readonly config?: string;
  readonly right?: boolean;
  readonly wrong?: boolean;
  readonly note?: string;
  readonly json?: boolean;
}

/** Characters of a note; the rest is cut. */
const MOST_NOTE = 1000;

export function register(program: Command): void {
  program
    .command('alert')
    .summary('show an alert, or say whether it was right')
    .description('Shows an alert. With --right or --wrong it is kept, with its picture and clip, as an example that `lookout eval --feedback` scores rules by. Works beside a running daemon.')
    .argument('<id>', 'of the alert, or its beginning')
    .addOption(new Option('--right', 'what it says did happen').conflicts('wrong'))
    .option('--wrong', 'it did not')
    .option('--note <text>', 'why, for people')
    .addOption(jsonOption('as one JSON object'))
    .addOption(configOption())
    .action((id: string, flags: AlertFlags) => (flags.right || flags.wrong ? judge(id, flags) : show(id, flags)));
}

async function judge(id: string, { config, right = false, note = '', json }: AlertFlags): Promise<void> {
  const feedback = await withLog(
    config,
    (store) => keepFeedback(store, id, { right, note: note.slice(0, MOST_NOTE) }, Date.now()),
    { annotate: true },
  );
  if (json) printJson(feedback);
  else print(`Alert ${feedback.alertId} is kept as ${right ? 'right' : 'wrong'}.`);
}

async function show(id: string, { config, note, json }: AlertFlags): Promise<void> {
  if (note !== undefined) throw new LookoutError('USAGE', '--note goes with --right or --wrong.');
  await withLog(config, async (store, loaded) => {
    if (store.alert(id).length === 0) throw unknownAlert(id);
    const { storyOf } = await import('../explain/story.ts');
    const { storyLines } = await import('./storyText.ts');
    const story = storyOf(store, id);
    if (json) printJson({ ...story, media: loaded.config.media.dir });
    else print(...storyLines(story, loaded.config.media.dir).map(visible));
  });
}

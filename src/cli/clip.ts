import type { Command } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { LookoutError } from '../errors.ts';
import type { CutShown, Recordings } from '../recordings/recordings.ts';
import { endsOf } from '../store/asked.ts';
import { configFile, configOption, jsonOption, parseId } from './options.ts';
import { localTime, print, printJson, seconds } from './print.ts';

interface ClipFlags {
  readonly from?: string;
  readonly to?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly config?: string;
}

const NAMES = { since: '--from', until: '--to', both: 'give the time either at once or with --from and --to.' };
const DAY_MS = 86_400_000;
/** Stretches that are told where none is asked for. */
const TOLD = 20;

export function register(program: Command): void {
  program
    .command('clip')
    .summary('cut a stretch of time out of a camera’s recording')
    .description(
      'Cuts a stretch out of what was recorded (recordings.mode) into an MP4, from the keyframe before it, not encoded again, and says what is missing of it. ' +
        'A second of the clip is a second of the wall clock. Works beside a running daemon. Without a time it says what has been recorded within a day.',
    )
    .argument('<camera>', 'its id', parseId)
    .argument('[when...]', 'both ends at once: "between 2pm and 3pm", 14:00-14:20, 昨天下午2点到3点 …')
    .option('--from <time>', '2026-01-31T14:05, "10 minutes ago", "yesterday 3pm", 昨天下午3点 …')
    .option('--to <time>', 'the same; by default now')
    .option('-o, --output <file>', 'the clip; by default <camera>-<its beginning>.mp4 here')
    .option('--force', 'overwrite a file that is there')
    .addOption(jsonOption('what was cut, as JSON'))
    .addOption(configOption())
    .action(async (camera: string, when: string[], flags: ClipFlags) => {
      const { config } = loadConfig(configFile(flags.config), withoutSecrets);
      const { openRecordings } = await import('../recordings/recordings.ts');
      const recordings = openRecordings({ folder: config.recordings.dir });
      const known = config.cameras.some(({ id }) => id === camera) || recordings.cameras().includes(camera);
      if (!known) throw new LookoutError('CAMERA_NOT_FOUND', `there is no camera ${camera}.`);
      const asked = when.length > 0 ? { when: when.join(' ') } : {};
      const ends = endsOf({ ...asked, ...(flags.from === undefined ? {} : { since: flags.from }), ...(flags.to === undefined ? {} : { until: flags.to }) }, new Date(), NAMES);
      if (ends.since === undefined) return list(recordings, camera, ends.until ?? Date.now(), flags);
      await cut(recordings, camera, ends.since, ends.until ?? Date.now(), flags);
    });
}

async function cut(recordings: Recordings, camera: string, from: number, to: number, flags: ClipFlags): Promise<void> {
  const file = resolve(flags.output ?? `${camera}-${localTime(from).slice(0, 19).replace(' ', '-').replaceAll(':', '')}.mp4`);
  if (existsSync(file) && !flags.force) throw new LookoutError('USAGE', `${file} exists; --force overwrites it.`);
  const shown = await recordings.cut(camera, from, to, file);
  if (flags.json) return printJson({ camera, file, ...toldTimes(shown.from, shown.to), gaps: shown.gaps.map((gap) => toldTimes(gap.from, gap.to)) });
  print(`${file}: ${camera}, ${localTime(shown.from)} to ${localTime(shown.to)} (${seconds(shown.to - shown.from)}, ${(statSync(file).size / 1e6).toFixed(1)} MB).`, ...gapLines(shown));
}

function gapLines({ gaps }: CutShown): string[] {
  return gaps.map((gap) => `Not recorded: ${localTime(gap.from)} to ${localTime(gap.to)} (${seconds(gap.to - gap.from)}).`);
}

function list(recordings: Recordings, camera: string, until: number, { json }: ClipFlags): void {
  const stretches = recordings.stretches(camera, until - DAY_MS, until);
  if (json) return printJson(stretches.map(({ from, to }) => toldTimes(from, to)));
  if (stretches.length === 0) return print(`Nothing was recorded of ${camera} within a day.`);
  if (stretches.length > TOLD) print(`… and ${stretches.length - TOLD} earlier ones.`);
  print(...stretches.slice(-TOLD).map(({ from, to }) => `Recorded: ${localTime(from)} to ${localTime(to)} (${seconds(to - from)}).`), 'Cut a part of it with --from and --to.');
}

function toldTimes(from: number, to: number): Record<string, string | number> {
  return { from: new Date(from).toISOString(), from_ms: from, to: new Date(to).toISOString(), to_ms: to };
}

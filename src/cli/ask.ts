import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { configSchema } from '../config/schema.ts';
import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { withModelFlags } from './modelFlags.ts';
import { configFile, configOption, jsonOption, parseCount, parseId, parseNumber } from './options.ts';

interface AskFlags {
  readonly config?: string;
  readonly camera?: string;
  readonly when: string;
  readonly from?: number;
  readonly to?: number;
  readonly windowSize?: number;
  readonly overlapRatio?: number;
  readonly frameRate?: number;
  readonly model?: string;
  readonly device?: Config['model']['device'];
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('ask')
    .summary('ask about a video file, or what a camera saw')
    .description('Lists the events of a video file with their times, or answers a question about it. Hours of video are looked at through windows. With --camera the question is about what that camera saw, from its recordings and the log, beside a running daemon or without one.')
    .usage('[options] <file> [question]\n       lookout ask --camera <id> [options] <question>')
    .argument('<file>', 'a video; with --camera the question')
    .argument('[question]', 'what is asked for; without one, what happens')
    .option('--camera <id>', 'instead of a file', parseId)
    .option('--when <time>', 'of a camera: "yesterday afternoon", "around noon", "between 2pm and 3pm", 昨天下午2点到3点 …', 'last hour')
    .option('--from <time>', 'of a file: where to begin: 15, 0:15, 1:02:03.5', parseMoment)
    .option('--to <time>', 'of a file: where to end', parseMoment)
    .option('--window-size <tokens>', 'of video in a window', parseCount)
    .option('--overlap-ratio <share>', 'of a window that the next one shows again', parseNumber(0, 0.9))
    .option('--frame-rate <n>', 'most frames a second', parseNumber(0.1, 30))
    .option('--model <dir>', 'of a file: the checkpoint (default: that of the configuration)')
    .addOption(new Option('--device <device>', 'what the model runs on').choices(['auto', 'cpu', 'webgpu', 'cuda']))
    .addOption(jsonOption('of a file: one JSON object a line, as they become known, times in seconds; of a camera: the answer as the API gives it'))
    .addOption(configOption())
    .action(ask);
}

async function ask(file: string, question: string | undefined, flags: AskFlags): Promise<void> {
  if (flags.camera !== undefined) return aboutCamera(flags.camera, file, question, flags);
  if (!existsSync(file)) throw new LookoutError('VIDEO_UNREADABLE', `There is no ${file} here.`);
  const { from = 0, to = Infinity } = flags;
  if (from >= to) throw new LookoutError('USAGE', '--from is not before --to.');
  const { askFile } = await import('./askFile.ts');
  await askFile({ ...flags, file, question: question ?? 'What happens?', from, to }, settings(flags));
}

async function aboutCamera(camera: string, question: string, more: string | undefined, { from, to, model, ...flags }: AskFlags): Promise<void> {
  if (more !== undefined) throw new LookoutError('USAGE', 'with --camera there is a question only, and no file.');
  if (from !== undefined || to !== undefined) throw new LookoutError('USAGE', '--from and --to are of files; of a camera give --when.');
  if (model !== undefined) throw new LookoutError('USAGE', "a camera is asked about with the configuration's model.");
  const { askCamera } = await import('./askCamera.ts');
  await askCamera({ ...flags, camera, question });
}

/** The configuration, or its defaults where the model is named and the configuration is not. */
function settings({ config: file, model, device }: AskFlags): Config {
  const config = model !== undefined && file === undefined ? configSchema.parse({ model: { name: model } }) : loadConfig(configFile(file), withoutSecrets).config;
  return withModelFlags(config, { ...(model === undefined ? {} : { model }), ...(device ? { device } : {}) });
}

/** `15`, `0:15` or `1:02:03.5` as ms. */
function parseMoment(text: string): number {
  if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('A time in the video: 15, 0:15 or 1:02:03.5.');
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

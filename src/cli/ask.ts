import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { configSchema } from '../config/schema.ts';
import type { Config } from '../config/schema.ts';
import type { VideoRequest } from '../daemon/videoFile.ts';
import { LookoutError } from '../errors.ts';
import { createLogger } from '../health/log.ts';
import type { LongVideoStep } from '../infer/longVideo.ts';
import { configFile, configOption, jsonOption, parseCount, parseId, parseNumber } from './options.ts';
import { print, printTable } from './print.ts';

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
    .argument('[question]', 'answered window by window')
    .option('--camera <id>', 'instead of a file', parseId)
    .option('--when <time>', 'of a camera: "yesterday afternoon", "around noon", "between 2pm and 3pm", 昨天下午2点到3点 …', 'last hour')
    .option('--from <time>', 'where to begin: 15, 0:15, 1:02:03.5', parseMoment)
    .option('--to <time>', 'where to end', parseMoment)
    .option('--window-size <tokens>', 'of video in a window', parseCount)
    .option('--overlap-ratio <share>', 'of a window that the next one shows again', parseNumber(0, 0.9))
    .option('--frame-rate <n>', 'most frames a second', parseNumber(0.1, 30))
    .option('--model <dir>', 'checkpoint (default: that of the configuration)')
    .addOption(new Option('--device <device>', 'what the model runs on').choices(['auto', 'cpu', 'webgpu', 'cuda']))
    .addOption(jsonOption('one JSON object a line, as they become known; times in seconds'))
    .addOption(configOption())
    .action(ask);
}

async function ask(file: string, question: string | undefined, flags: AskFlags): Promise<void> {
  if (flags.camera !== undefined) return aboutCamera(flags.camera, file, question, flags);
  if (!existsSync(file)) throw new LookoutError('VIDEO_UNREADABLE', `There is no ${file} here.`);
  const config = settings(flags);
  const { askVideo } = await import('../daemon/videoFile.ts');
  const { modelProcessOptions } = await import('../daemon/settings.ts');
  const { progressBar } = await import('../eval/progress.ts');
  const { windowSettings } = await import('../ask/windows.ts');
  const { startModelProcess } = await import('../qwen3vl/process/process.ts');
  const request = requestOf(question, flags);
  const stop = new AbortController();
  const end = (): void => stop.abort(new LookoutError('USAGE', 'Stopped before the end.'));
  process.once('SIGINT', end).once('SIGTERM', end);
  const model = startModelProcess(modelProcessOptions(config), stop.signal, createLogger({ level: 'warn', pretty: process.stderr.isTTY }));
  const bar = progressBar(process.stderr, 'seconds');
  const [from = 0, to = Infinity] = request.timeRange ?? [];
  let length = 0;
  const onOpened = (duration = 0): void => {
    length = Math.max(0, Math.min(to, duration) - from);
    bar.update(0, Math.round(length / 1000));
  };
  const steps: LongVideoStep[] = [];
  try {
    await model.ready;
    for await (const step of askVideo(file, { ...request, ...windowSettings(config, request), onOpened }, model, config, stop.signal)) {
      if (step.kind === 'progress') bar.update(Math.round((step.at - from) / 1000), Math.round(Math.max(length, step.at - from) / 1000));
      else if (flags.json) print(JSON.stringify(lineOf(step)));
      else steps.push(step);
    }
    bar.end();
    if (!flags.json) show(steps, question);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    await model.close();
  }
}

async function aboutCamera(camera: string, question: string, more: string | undefined, { from, to, model, ...flags }: AskFlags): Promise<void> {
  if (more !== undefined) throw new LookoutError('USAGE', 'with --camera there is a question only, and no file.');
  if (from !== undefined || to !== undefined) throw new LookoutError('USAGE', '--from and --to are of files; of a camera give --when.');
  if (model !== undefined) throw new LookoutError('USAGE', "a camera is asked about with the configuration's model.");
  const { askCamera } = await import('./askCamera.ts');
  await askCamera({ ...flags, camera, question });
}

function requestOf(question: string | undefined, { from, to, windowSize, overlapRatio, frameRate }: AskFlags): VideoRequest {
  if (from !== undefined && to !== undefined && from >= to) throw new LookoutError('USAGE', '--from is not before --to.');
  return {
    ...(question === undefined ? {} : { question }),
    ...(from === undefined && to === undefined ? {} : { timeRange: [from ?? 0, to ?? Number.MAX_SAFE_INTEGER] }),
    ...(windowSize === undefined ? {} : { windowSize }),
    ...(overlapRatio === undefined ? {} : { overlapRatio }),
    ...(frameRate === undefined ? {} : { frameRate }),
  };
}

/** The configuration, or its defaults where the model is named and the configuration is not. */
function settings({ config: file, model, device }: AskFlags): Config {
  const config = model !== undefined && file === undefined ? configSchema.parse({ model: { name: model } }) : loadConfig(configFile(file), withoutSecrets).config;
  return { ...config, model: { ...config.model, name: model ?? config.model.name, ...(device ? { device } : {}) } };
}

/** `15`, `0:15` or `1:02:03.5` as ms. */
function parseMoment(text: string): number {
  if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('A time in the video: 15, 0:15 or 1:02:03.5.');
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

function lineOf(step: Exclude<LongVideoStep, { kind: 'progress' }>): object {
  const seconds = (ms: number): number => Math.round(ms) / 1000;
  if (step.kind === 'answer') return { text: step.text, start: seconds(step.start), end: seconds(step.end) };
  const { text, start, end, uncertainty, confidence, windows } = step.event;
  return { event: text, start: seconds(start), end: seconds(end), uncertainty: seconds(uncertainty), confidence: Math.round(confidence * 1000) / 1000, windows };
}

function show(steps: readonly LongVideoStep[], question: string | undefined): void {
  if (question !== undefined) return printTable(['FROM', 'TO', 'ANSWER'], steps.flatMap((s) => (s.kind === 'answer' ? [[clock(s.start), clock(s.end), s.text]] : [])));
  const events = steps.flatMap((s) => (s.kind === 'event' ? [s.event] : [])).sort((a, b) => a.start - b.start);
  if (events.length === 0) return print('No events.');
  printTable(['START', 'END', 'SURE', 'EVENT'], events.map((e) => [clock(e.start), clock(e.end), `${Math.round(e.confidence * 100)} %`, e.text]));
}

/** 1:02:03.5 */
function clock(ms: number): string {
  const tenths = Math.round(ms / 100);
  const [hours, minutes, seconds] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, ((tenths % 600) / 10).toFixed(1).padStart(4, '0')];
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

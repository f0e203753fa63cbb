import type { Command } from 'commander';
import { Option } from 'commander';
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { configSchema } from '../config/schema.ts';
import type { Config } from '../config/schema.ts';
import { DEMO_SETTINGS } from '../demo/settings.ts';
import { LookoutError } from '../errors.ts';
import type { EvalSource } from '../eval/evaluate.ts';
import type { EvalReport } from '../eval/report.ts';
import { createLogger } from '../health/log.ts';
import type { Logger } from '../health/log.ts';
import type { Rule } from '../rules/rule.ts';
import { withModelFlags } from './modelFlags.ts';
import { configFile, configOption, jsonOption, parseCount, parseId, parseNumber } from './options.ts';
import { print, progress } from './print.ts';

interface EvalFlags {
  readonly config?: string;
  readonly model?: string;
  readonly scenes?: number;
  readonly seed: number;
  readonly duration?: number;
  readonly device?: Config['model']['device'];
  readonly jobs?: number;
  readonly tolerance: number;
  readonly windows?: boolean;
  readonly save?: string;
  readonly feedback?: boolean;
  readonly rule?: string;
  readonly since?: string;
  readonly stored?: boolean;
  readonly html?: string;
  readonly json?: boolean;
}

/** Memory that the model's process may take, MB; evaluation has no cameras beside it. */
const MEMORY_MB = 32_768;
const DEMO_MODEL = fileURLToPath(new URL('../../models/demo', import.meta.url));

export function register(program: Command): void {
  program
    .command('eval')
    .summary('score the model on labelled video')
    .description('Watches labelled video as the daemon would, and scores events, their times and alerts. Labels lie beside each video: name.mp4, name.json with [{"event", "start", "end"}] in seconds.')
    .argument('[videos]', 'a labelled video, or a folder of them')
    .option('--scenes <n>', 'instead of videos: n rendered scenes of the demo room that no training has seen', parseCount)
    .option('--seed <n>', 'which scenes', parseNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--duration <seconds>', 'length of a scene', parseNumber(5, 3600))
    .option('--model <dir>', 'checkpoint (default: that of the configuration; for scenes the demo model)')
    .addOption(new Option('--device <device>', 'what the model runs on').choices(['auto', 'cpu', 'webgpu', 'cuda']))
    .option('--jobs <n>', 'videos at a time (default: one per core for a small model)', parseCount)
    .option('--tolerance <seconds>', 'by which a said event may miss the labelled one', parseNumber(0, Infinity), 1)
    .option('--save <folder>', 'with --scenes: only film the scenes into labelled videos, for looking at or for other systems')
    .option('--windows', 'score the model window by window, without stitching and rules')
    .option('--feedback', 'instead of videos: score the rules by what people said of their alerts (`lookout alert`), and suggest thresholds')
    .option('--rule <id>', 'with --feedback: one rule', parseId)
    .option('--since <time>', 'with --feedback: what was said since')
    .option('--stored', 'with --feedback: by the scores of then, without asking the model again')
    .option('--html <file>', 'also draw it: what is true above what was said, on one timeline, as a file for a browser')
    .addOption(jsonOption('as one JSON object'))
    .addOption(configOption())
    .action(evaluate);
}

async function evaluate(videos: string | undefined, flags: EvalFlags): Promise<void> {
  if (flags.feedback) {
    if (videos !== undefined || flags.scenes !== undefined || flags.html !== undefined) throw new LookoutError('USAGE', '--feedback goes without videos, scenes and --html.');
    const { evalFeedback } = await import('./evalFeedback.ts');
    return evalFeedback(flags);
  }
  if (flags.rule !== undefined || flags.since !== undefined || flags.stored) throw new LookoutError('USAGE', '--rule, --since and --stored go with --feedback.');
  if ((videos === undefined) === (flags.scenes === undefined)) throw new LookoutError('USAGE', 'eval takes either videos or --scenes, or --feedback.');
  if (flags.save !== undefined && flags.html !== undefined) throw new LookoutError('USAGE', '--save only films the scenes; there is nothing to draw.');
  if (flags.save !== undefined) return filmScenes(flags, flags.save);
  if (flags.html !== undefined) checkPlace(flags.html);
  const { config, rules } = settings(flags);
  const { runEvaluation } = await import('../eval/evaluate.ts');
  const { files, stagesOf } = await import('./evalStages.ts');
  const { progressBar } = await import('../eval/progress.ts');
  const { reportJson, reportLines } = await import('../eval/report.ts');
  const isEngine = config.model.backend === 'openai';
  const { openModel } = await import('../daemon/openModel.ts');
  const dir = config.model.name;
  const source = videos === undefined ? scenes(flags) : files(videos, config, rules);
  const stop = new AbortController();
  const end = (): void => stop.abort(new LookoutError('USAGE', 'Stopped before the end.'));
  process.once('SIGINT', end).once('SIGTERM', end);
  progress(`Evaluating ${isEngine ? 'the engine' : dir} on ${videos ?? `${flags.scenes} scenes`} …`);
  const bar = progressBar(process.stderr, videos === undefined ? 'scenes' : 'videos');
  try {
    const report = await runEvaluation(
      {
        source,
        model: { dir, device: config.model.device, maxContext: config.video_processor.max_context_length, memoryMb: MEMORY_MB },
        ...(isEngine ? { open: (within: AbortSignal, log: Logger) => openModel(config, within, log) } : {}),
        jobs: flags.jobs,
        tolerance: flags.tolerance,
        perWindow: flags.windows,
        stages: stagesOf(config),
        onProgress: (done, total) => bar.update(done, total),
      },
      stop.signal,
      createLogger({ level: 'warn', pretty: process.stderr.isTTY }),
    );
    bar.end();
    print(...(flags.json ? [reportJson(report)] : reportLines(report)));
    if (flags.html !== undefined) await draw(report, flags.tolerance, flags.html);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** Before hours of work: can the picture be written there? @throws LookoutError FILE_WRITE */
function checkPlace(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
  } catch (cause) {
    throw new LookoutError('FILE_WRITE', `${file}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}

/** @throws LookoutError FILE_WRITE */
async function draw(report: EvalReport, tolerance: number, file: string): Promise<void> {
  const { pictureOf } = await import('../eval/picture.ts');
  const draft = `${file}.part`;
  try {
    writeFileSync(draft, pictureOf(report, { at: Date.now(), tolerance }));
    renameSync(draft, file);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new LookoutError('FILE_WRITE', `${file}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
  progress(`Drawn in ${file}.`);
}

/** Labelled videos of the held-out scenes: the same ones that would be evaluated. */
async function filmScenes(flags: EvalFlags, folder: string): Promise<void> {
  if (flags.scenes === undefined) throw new LookoutError('USAGE', '--save goes with --scenes.');
  const { heldOutRooms, SCENE_SECONDS } = await import('../eval/scenes.ts');
  const { saveClip } = await import('../demo/clip.ts');
  mkdirSync(folder, { recursive: true });
  for (const room of heldOutRooms(flags.scenes, flags.seed, flags.duration ?? SCENE_SECONDS)) {
    const base = join(folder, `scene-${room.seed}`);
    progress(`Filming ${base}.mp4 …`);
    await saveClip(room, base);
  }
}

/** The configuration's model, stages and rules, or the defaults: scenes bring their own rules, and are watched by the demo model. */
function settings(flags: EvalFlags): { config: Config; rules: readonly Rule[] } {
  const ownModel = flags.scenes !== undefined || flags.model !== undefined;
  const { config, rules } = ownModel && flags.config === undefined ? defaults(flags) : loadConfig(configFile(flags.config), withoutSecrets);
  return { config: withModelFlags(config, { ...(flags.model === undefined ? {} : { model: flags.model }), ...(flags.device ? { device: flags.device } : {}) }), rules };
}

function defaults(flags: EvalFlags): { config: Config; rules: readonly Rule[] } {
  return { config: configSchema.parse({ model: { name: DEMO_MODEL }, ...(flags.scenes === undefined ? {} : DEMO_SETTINGS) }), rules: [] };
}

function scenes(flags: EvalFlags): EvalSource {
  return { scenes: flags.scenes ?? 1, seed: flags.seed, ...(flags.duration === undefined ? {} : { duration: flags.duration }) };
}

import type { Command } from 'commander';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { jsonOption, parseNumber } from './options.ts';
import { print, printJson } from './print.ts';
import type { ProgressBar } from './progressBar.ts';

interface NormalizeFlags {
  readonly fps?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('normalize')
    .summary('make a video even: constant frame rate, no B-frames, sound on time')
    .description(
      'Writes a video anew as MP4 in which every frame takes as long as the next: H.264 without B-frames (yuv420p, upright, square pixels), AAC sound that begins with the picture and stays with it. ' +
        'For recordings of phones and cameras whose frame rate varies. The output appears when it is whole.',
    )
    .argument('<input>', 'a video')
    .argument('<output>', 'an MP4')
    .option('--fps <n>', 'frames a second (default: the source’s average, rounded to a rate that is in use)', parseNumber(0.1, 240))
    .option('--force', 'overwrite a file that is there')
    .addOption(jsonOption('what was made, as JSON'))
    .action(normalize);
}

async function normalize(input: string, output: string, { fps, force = false, json }: NormalizeFlags): Promise<void> {
  const { normalizeVideo } = await import('../media/normalize.ts');
  const { progressBar } = await import('./progressBar.ts');
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  let bar: ProgressBar | undefined;
  let told = 0;
  let total = 0;
  const reached = (seconds: number): void => {
    const now = Math.min(total, Math.floor(seconds));
    bar?.advance(now - told);
    told = now;
  };
  try {
    const made = await normalizeVideo(input, output, {
      fps, force, signal: stop.signal,
      begin({ duration }) {
        total = Math.ceil(duration);
        bar = progressBar({ label: basename(input), total, unit: 's' });
      },
      progress: reached,
    });
    reached(total);
    const rate = Math.round((1000 * made.rate.num) / made.rate.den) / 1000;
    const { width, height, duration, frames, audio } = made;
    if (json) printJson({ file: output, fps: rate, width, height, duration, frames, audio, bytes: statSync(output).size });
    else print(`${output}: ${width} × ${height}, ${rate} frames a second, ${duration.toFixed(1)} s, ${audio ? 'with' : 'without'} sound, ${(statSync(output).size / 1e6).toFixed(1)} MB.`);
  } finally {
    bar?.done();
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

import type { FiguresFile } from '../capacity/figuresFile.ts';
import { figuresPath, writeFigures } from '../capacity/figuresFile.ts';
import { fingerprintOf } from '../capacity/fingerprint.ts';
import { measure, PACE } from '../capacity/measure.ts';
import type { Pace } from '../capacity/measure.ts';
import type { StreamFormat } from '../capacity/scene.ts';
import type { LoadedConfig } from '../config/load.ts';
import { openModel } from '../daemon/openModel.ts';
import { addressTarget } from '../daemon/probing.ts';
import { LookoutError } from '../errors.ts';
import { createLogger } from '../health/log.ts';
import { targetOf } from './cameraTarget.ts';
import { progress } from './print.ts';

/** Measures on this machine, and keeps the figures beside the log. Ctrl-C ends it; nothing is kept then. @throws LookoutError TOOL_MISSING, MODEL_…, CAMERA_…, USAGE, CONFIG_WRITE */
export async function measureHere(loaded: LoadedConfig, stream: string, camera: string | undefined, pace: Pace = PACE): Promise<FiguresFile> {
  const format = formatOf(stream);
  const target = camera === undefined ? undefined : targetOf(camera, { config: loaded.file });
  const stop = new AbortController();
  const end = (): void => stop.abort(new LookoutError('USAGE', 'Stopped before the end.'));
  process.once('SIGINT', end).once('SIGTERM', end);
  const log = createLogger({ level: 'error', pretty: process.stderr.isTTY });
  try {
    const values = await measure({
      loaded, format, camera: target?.options, pace, signal: stop.signal, log, say: progress,
      openModel: () => openModel(loaded.config, stop.signal, log),
      cameraAt: (url, config) => addressTarget(url, config, {}).options,
    });
    const shown = `${format.width} × ${format.height} at ${format.fps} pictures a second, made up${target ? `, and ${target.shown}` : ''}`;
    const file: FiguresFile = { at: Date.now(), stream: shown, fingerprint: fingerprintOf(loaded.config), values };
    const path = figuresPath(loaded.config);
    if (path === undefined) progress('The figures are not kept: the log is in memory only.');
    else writeFigures(path, file);
    return file;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** 1920x1080@25 */
function formatOf(text: string): StreamFormat {
  const [, width = 0, height = 0, fps = 0] = (/^(\d{2,4})x(\d{2,4})@(\d{1,3})$/.exec(text) ?? []).map(Number);
  const sound = width >= 64 && height >= 64 && width % 2 === 0 && height % 2 === 0 && fps >= 1 && fps <= 60;
  if (!sound) throw new LookoutError('USAGE', `a stream is written 1920x1080@25, with even sizes, not ${text}.`);
  return { width, height, fps };
}

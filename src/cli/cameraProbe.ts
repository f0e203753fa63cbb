import { encode } from 'fast-png';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Looked } from '../camera/cameraWire.ts';
import { cannotWrite } from '../config/write.ts';
import { refusedAddress } from '../daemon/probing.ts';
import { probeSummary } from '../daemon/probeSummary.ts';
import { createLogger } from '../health/log.ts';
import type { Frame } from '../values.ts';
import { probeLines } from './cameraReport.ts';
import { targetOf } from './cameraTarget.ts';
import type { TargetFlags } from './cameraTarget.ts';
import { print, progress } from './print.ts';

export interface ProbeFlags extends TargetFlags {
  readonly for: number;
  readonly save?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `camera probe`: connects, looks for some seconds as the daemon would, tells. Ctrl-C ends the look early. @throws LookoutError CAMERA_…, ADDRESS_REFUSED, … */
export async function probe(name: string, flags: ProbeFlags): Promise<void> {
  const { shown, options, config } = targetOf(name, flags);
  const { probeCamera } = await import('../camera/probe.ts');
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const save = flags.save === undefined ? undefined : saver(flags.save);
  progress(`Looking at ${shown} for ${flags.for} s …`);
  try {
    const found = await probeCamera(
      {
        ...options,
        gate: !flags.all,
        seconds: flags.for,
        ...(save ? { kept: save } : {}),
        ...(flags.json ? { looked: (one) => print(JSON.stringify(looked(one))) } : {}),
      },
      stop.signal,
      createLogger({ level: 'fatal', pretty: true }),
    );
    print(...(flags.json ? [JSON.stringify({ summary: probeSummary(found, config) })] : probeLines(found, config)));
  } catch (error) {
    throw refusedAddress(error, options);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

function looked({ pts, at, uncertainty, timeSource, kept, score, kind }: Looked): Record<string, unknown> {
  return { pts, at: Math.round(at), time: new Date(at).toISOString(), uncertainty_ms: Number(uncertainty.toFixed(1)), time_source: timeSource, kept, score: Number(score.toFixed(5)), kind };
}

/** Writes kept frames into a folder, each named by its wall clock in ms. @throws LookoutError CONFIG_WRITE */
function saver(folder: string): (frame: Frame) => void {
  attempt(folder, () => mkdirSync(folder, { recursive: true }));
  return ({ at, width, height, data }) => {
    const file = join(folder, `${Math.round(at)}.png`);
    attempt(file, () => writeFileSync(file, encode({ width, height, data, channels: 3, depth: 8 })));
  };
}

function attempt(file: string, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

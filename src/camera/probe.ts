import { filter, firstValueFrom, lastValueFrom, race, timer } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Frame } from '../values.ts';
import { openCamera } from './camera.ts';
import type { CameraOptions, CameraStatus, CameraStream } from './camera.ts';
import type { Looked } from './cameraWire.ts';
import { createCostMeter } from './cost.ts';
import type { CameraCost } from './cost.ts';
import type { StreamFacts } from './facts.ts';

export interface ProbeOptions extends Omit<CameraOptions, 'id' | 'tell'> {
  /** how long to look, from the first picture on */
  readonly seconds: number;
  /** a frame that the model would be shown */
  kept?(frame: Frame): void;
  /** a picture that was looked at, kept or not */
  looked?(looked: Looked): void;
}

/** What a look at a camera found. */
export interface CameraProbe {
  readonly facts: StreamFacts;
  readonly cost: CameraCost;
  /** a kept frame's size: what the model sees; undefined where none was kept */
  readonly frame: { readonly width: number; readonly height: number } | undefined;
  /** of the last picture's time, ms */
  readonly uncertainty: number | undefined;
  readonly counts: { readonly looked: number; readonly kept: number };
  /** why the look ended before its time: the stream broke, or the file did */
  readonly ended: string | undefined;
}

/** Time for the first picture; a silent camera is told sooner, by its own watchdog. Keyframes may be half a minute apart, ms. */
const FIRST = 60_000;

/**
 * Connects to a camera, looks for some seconds as the daemon would, and tells what it sends and costs. When `signal` aborts, what was
 * seen by then is told. Throws what the camera's first connection failed with (CAMERA_…, and what the way to it refuses), and USAGE
 * where it was stopped before the first second was over.
 */
export async function probeCamera({ seconds, kept, looked, ...camera }: ProbeOptions, signal: AbortSignal, log: Logger): Promise<CameraProbe> {
  const done = new AbortController();
  const stream = openCamera({ id: 'probe', ...camera, tell: true }, AbortSignal.any([signal, done.signal]), log);
  const tally = createTally(stream, { kept, looked });
  try {
    const ended = await watch(stream, seconds, signal);
    return tally.told(ended);
  } finally {
    tally.stop();
    done.abort();
    // its process is gone when this is over
    await lastValueFrom(stream.status$, { defaultValue: undefined });
  }
}

/** Resolves when the time is over, or with the reason why it ended early. */
async function watch(stream: CameraStream, seconds: number, signal: AbortSignal): Promise<string | undefined> {
  const is = (state: CameraStatus['state']) => stream.status$.pipe(filter((status) => status.state === state));
  const first = await firstValueFrom(race(is('online'), is('offline'), timer(FIRST)), { defaultValue: undefined });
  if (signal.aborted) throw new LookoutError('USAGE', 'Stopped before the camera sent a picture.');
  if (typeof first !== 'object') throw new LookoutError('CAMERA_STALLED', 'The camera sent no picture for a minute.');
  if (first.state === 'offline') throw new LookoutError(first.code ?? 'CAMERA_UNREACHABLE', first.reason ?? '');
  const last = await firstValueFrom(race(is('offline'), timer(1000 * seconds)), { defaultValue: undefined });
  return typeof last === 'object' ? last.reason : undefined;
}

interface Tally {
  /** @throws LookoutError CAMERA_NO_VIDEO where not even a second was seen */
  told(ended: string | undefined): CameraProbe;
  stop(): void;
}

function createTally(stream: CameraStream, sinks: Pick<ProbeOptions, 'kept' | 'looked'>): Tally {
  const meter = createCostMeter();
  const counts = { looked: 0, kept: 0 };
  let facts: StreamFacts | undefined;
  let frame: CameraProbe['frame'];
  let uncertainty: number | undefined;
  const subscriptions = [
    stream.facts$.subscribe((told) => {
      facts = told;
      meter.add(told);
    }),
    stream.frames$.subscribe((one) => {
      counts.kept += 1;
      frame = { width: one.width, height: one.height };
      sinks.kept?.(one);
    }),
    stream.looked$.subscribe((one) => {
      counts.looked += 1;
      uncertainty = one.uncertainty;
      sinks.looked?.(one);
    }),
  ];
  return {
    told(ended) {
      const cost = meter.told();
      if (!facts || !cost) throw new LookoutError('CAMERA_NO_VIDEO', `It was over within a second${ended ? `: ${ended}` : '.'}`);
      return { facts, cost, frame, uncertainty, counts: { ...counts }, ended };
    },
    stop: () => subscriptions.forEach((subscription) => subscription.unsubscribe()),
  };
}

import { filter, firstValueFrom, merge, race, take, takeLast, takeUntil, takeWhile, timer } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { openCamera } from './camera.ts';
import type { CameraOptions } from './camera.ts';
import type { StreamFacts } from './cameraWire.ts';

export type CameraProbe = StreamFacts;

/** Time for the first packet (a silent camera is told sooner, by its own watchdog), and then for a keyframe and a report more, ms. */
const FIRST = 60_000;
const MORE = 10_000;

/**
 * Connects to a camera and looks for some seconds: codec, size, declared and measured frame rate, keyframe interval, and where
 * its times come from. Throws CAMERA_URL_SCHEME, CAMERA_UNREACHABLE, CAMERA_NO_VIDEO or CAMERA_STALLED.
 */
export async function probeCamera(opts: Pick<CameraOptions, 'url' | 'transport'>, signal: AbortSignal, log: Logger): Promise<CameraProbe> {
  const done = new AbortController();
  const camera = openCamera(
    { id: 'probe', url: opts.url, transport: opts.transport, maxFps: 1, frameSize: { minPixels: 1024, maxPixels: 16_384 } },
    AbortSignal.any([signal, done.signal]),
    log,
  );
  try {
    const offline$ = camera.status$.pipe(filter((status) => status.state === 'offline'));
    const best$ = camera.facts$.pipe(takeWhile((facts) => !isEnough(facts), true), takeUntil(merge(offline$, timer(MORE))), takeLast(1));
    const first = await firstValueFrom(race(camera.facts$.pipe(take(1)), offline$, timer(FIRST)), { defaultValue: 0 });
    signal.throwIfAborted();
    if (typeof first === 'number') throw new LookoutError('CAMERA_STALLED', 'The camera sent nothing.');
    if ('state' in first) throw new LookoutError(first.code ?? 'CAMERA_UNREACHABLE', first.reason ?? '');
    return await firstValueFrom(best$, { defaultValue: first });
  } finally {
    done.abort();
  }
}

/** A stream without sender's reports is given the full time to send one. */
function isEnough(facts: StreamFacts): boolean {
  return facts.keyframeInterval !== undefined && facts.observed >= 4 && facts.timeSource === 'rtcp';
}

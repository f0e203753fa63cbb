import { tap, type Subscription } from 'rxjs';
import type { CameraConfig, Config } from '../config/schema.ts';
import { stagesOf } from '../config/stages.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { openCamera, type CameraOptions, type CameraStatus, type CameraStream } from '../camera/camera.ts';
import type { FrameSize } from '../ingest/frameSize.ts';
import type { SampleOptions } from '../sample/sampler.ts';
import type { Told } from '../recordings/keeper.ts';
import type { Secret } from '../secret.ts';
import type { Coverage } from '../record.ts';
import type { Frame, Window } from '../values.ts';
import { windowSteps, type WindowOptions } from '../window/window.ts';

export interface CameraSinks {
  window(window: Window): void;
  /** a window of activity that is not cut yet, with the frames it has so far; its next one begins with them */
  growing(window: Window): void;
  /** a frame was kept */
  frame(frame: Frame): void;
  /** the camera is watched; its newest packet is of this wall-clock time, ms */
  newest(camera: string, until: number): void;
  status(camera: string, status: CameraStatus | { readonly state: 'disabled'; readonly since: number }): void;
  /** the camera is no longer in the configuration */
  gone(camera: string): void;
  gap(gap: Coverage): void;
  /** what a camera's process says of its recording */
  recorded(camera: string, told: Told): void;
}

export interface CameraSettings {
  readonly frameSize: FrameSize;
  readonly video: Config['video_processor'];
  readonly window: Config['window'];
  /** loopback and other special addresses that cameras may live on */
  readonly allow: readonly string[];
  /** how much of its packets a camera remembers for pictures and clips; undefined: nothing */
  readonly record: CameraOptions['record'];
  /** how a camera is recorded; undefined: it is not */
  recording(camera: string): CameraOptions['recording'];
  /** where a camera that pushes is read from */
  pushUrl(key: Secret): Secret;
}

interface Watched {
  readonly fingerprint: string;
  readonly stop: AbortController;
  readonly stream: CameraStream | undefined;
  readonly subscriptions: readonly Subscription[];
}

/** The cameras that are watched at present: camera → frames → kept frames → windows. */
export class Cameras {
  readonly #watched = new Map<string, Watched>();
  readonly #sinks: CameraSinks;
  readonly #signal: AbortSignal;
  readonly #log: Logger;

  constructor(sinks: CameraSinks, signal: AbortSignal, log: Logger) {
    this.#sinks = sinks;
    this.#signal = signal;
    this.#log = log;
  }

  /** Opens, closes and reopens cameras until they are those of the configuration; unchanged ones are left in peace. */
  follow(cameras: readonly CameraConfig[], settings: CameraSettings): void {
    const wanted = new Map(cameras.map((camera) => [camera.id, camera]));
    for (const [id, watched] of this.#watched) {
      const camera = wanted.get(id);
      if (camera && watched.fingerprint === fingerprint(camera, settings)) continue;
      this.#close(id, watched);
      if (!camera) this.#sinks.gone(id);
    }
    for (const camera of wanted.values()) if (!this.#watched.has(camera.id)) this.#open(camera, settings);
  }

  /** The camera's stream, for pictures and clips; undefined while it is not watched. */
  stream(id: string): CameraStream | undefined {
    return this.#watched.get(id)?.stream;
  }

  #open(camera: CameraConfig, settings: CameraSettings): void {
    const stop = new AbortController();
    const stages = stagesOf({ video_processor: settings.video, window: settings.window });
    const signal = AbortSignal.any([this.#signal, stop.signal]);
    const stream = camera.enabled ? openCamera(cameraOptions(camera, settings, stages.sample), signal, this.#log) : undefined;
    const subscriptions = stream ? this.#watch(camera.id, stream, stages.window) : [];
    if (!stream) this.#sinks.status(camera.id, { state: 'disabled', since: Date.now() });
    this.#watched.set(camera.id, { fingerprint: fingerprint(camera, settings), stop, stream, subscriptions });
  }

  #watch(id: string, stream: CameraStream, window: WindowOptions): Subscription[] {
    const frames$ = stream.frames$.pipe(tap((frame) => this.#sinks.frame(frame)));
    return [
      frames$.pipe(windowSteps({ ...window, now: Date.now })).subscribe({
        next: (step) => (step.kind === 'cut' ? this.#sinks.window(step.window) : this.#sinks.growing(step.window)),
        error: (error: unknown) => this.#log.error({ camera: id, err: error }, 'the camera’s pipeline failed'),
      }),
      stream.facts$.subscribe(({ until }) => void (until !== undefined && this.#sinks.newest(id, until))),
      stream.status$.subscribe((status) => this.#sinks.status(id, status)),
      stream.recorded$.subscribe((told) => this.#sinks.recorded(id, told)),
      stream.skipped$.subscribe(({ from, to }) => this.#sinks.gap({ camera: id, start: from, end: to, reason: 'dropped', detail: 'Decoding fell behind.' })),
    ];
  }

  #close(id: string, watched: Watched): void {
    this.#watched.delete(id);
    for (const subscription of watched.subscriptions) subscription.unsubscribe();
    watched.stop.abort();
  }
}

/** How a camera of the configuration is opened. Lookout's own door is on this machine, wherever cameras may live. */
export function cameraOptions(camera: CameraConfig, settings: Pick<CameraSettings, 'frameSize' | 'allow' | 'pushUrl'> & Partial<Pick<CameraSettings, 'record' | 'recording'>>, sample: SampleOptions): CameraOptions {
  const { id, transport, clock, hardware, tls, masks, min_size: minSize, rtmp_key: key } = camera;
  const url = key ? settings.pushUrl(key) : camera.url;
  if (!url) throw new LookoutError('CONFIG_INVALID', `camera ${id} has neither a url nor an rtmp_key.`);
  const allow = key ? [new URL(url.reveal()).hostname] : settings.allow;
  return { id, url, transport, clock, hardware, network: { allow, tls }, frameSize: settings.frameSize, sample: { ...sample, masks, minSize }, record: settings.record, recording: settings.recording?.(id) };
}

/** Changes when anything changes that the camera was opened with. Stays in this process: it holds the address. */
function fingerprint(camera: CameraConfig, settings: CameraSettings): string {
  const secrets = [camera.url?.reveal(), camera.rtmp_key?.reveal()];
  return JSON.stringify([camera, secrets, settings.allow, settings.frameSize, settings.video, settings.window, settings.record, settings.recording(camera.id)]);
}

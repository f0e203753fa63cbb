import { filter, firstValueFrom } from 'rxjs';
import { openTokens } from '../api/tokens.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Secret } from '../secret.ts';
import type { Store } from '../store/store.ts';
import { startBroker } from './broker.ts';
import { CAMERA, type DemoFolder, pageLink, writeDemoConfig } from './folder.ts';
import { play, type Played } from './play.ts';
import { publishRoom, type RoomCamera } from './publish.ts';
import { createRoom, type Room } from './room.ts';
import { type DemoSentence, demoSentences } from './sentences.ts';
import { showStart } from './start.ts';
import { type Subscriber, subscribeAlerts } from './subscriber.ts';
import type { Display, View } from './view.ts';

export interface DemoOptions {
  readonly seed: number;
  /** of the story, s */
  readonly duration: number;
  readonly folder: DemoFolder;
  readonly model: string;
  /** 0 takes a free one */
  readonly rtmpPort: number;
  readonly mqttPort: number;
  readonly pagePort: number;
  /** width of the small pictures for the display; null wants none */
  readonly pictureWidth: number | null;
}

/** What the demo needs of the daemon. */
export interface DemoDaemon {
  /** the model can be asked */
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
  readonly store: Store;
  counters(): { readonly windows: number; readonly visualTokens: number };
}

export interface DemoNeeds {
  startDaemon(loaded: LoadedConfig, deps: { log: Logger; signal: AbortSignal; rtmpReady(info: { port: number; url(key: Secret): Secret }): void; apiReady(url: string): void }): Promise<DemoDaemon>;
  readonly display: Display;
  readonly log: Logger;
  /** ends the story early; what was seen by then is scored */
  readonly signal: AbortSignal;
  /** does not wait for the last windows */
  readonly hurry: AbortSignal;
}

/** Everything that runs while the story plays. */
export interface Stage {
  readonly room: Room;
  readonly sentences: readonly DemoSentence[];
  readonly daemon: DemoDaemon;
  readonly viewer: Subscriber;
  readonly camera: RoomCamera;
  /** what the view starts from */
  readonly base: View;
}

/** The camera has to be watched so long after the model is ready, ms. */
const ONLINE = 30_000;
/** The daemon's own limit for a clean stop, ms. */
const STOP = 5000;

/**
 * The main job end to end on this machine alone: the room filmed over RTMP, Lookout itself, a broker, and a subscriber that
 * hears the alerts. Plays the story, waits for the last windows, and compares. Null if it was ended before the story began.
 * @throws LookoutError PORT_IN_USE, CAMERA_STALLED, and what the daemon throws
 */
export async function runDemo(opts: DemoOptions, needs: DemoNeeds): Promise<Played | null> {
  const halt = new AbortController();
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const stage = await setUp(opts, needs, halt, closing);
    return needs.signal.aborted ? null : await play(stage, needs);
  } catch (error) {
    if (needs.signal.aborted && error instanceof Interrupted) return null;
    throw error;
  } finally {
    halt.abort();
    for (const close of closing.reverse()) await close();
  }
}

class Interrupted extends Error {}

async function setUp(opts: DemoOptions, needs: DemoNeeds, halt: AbortController, closing: (() => Promise<unknown>)[]): Promise<Stage> {
  const room = createRoom(opts.seed, { duration: opts.duration });
  const sentences = demoSentences(room);
  const broker = await startBroker(opts.mqttPort);
  closing.push(() => broker.close());
  const loaded = loadConfig(writeDemoConfig(opts.folder, { model: opts.model, mqttUrl: broker.url, rtmpPort: opts.rtmpPort, pagePort: opts.pagePort, rules: sentences }));
  const viewer = await subscribeAlerts({ url: broker.url, prefix: loaded.config.mqtt.prefix });
  closing.push(() => viewer.close());
  const online = firstValueFrom(viewer.status$.pipe(filter((s) => s.camera === CAMERA && s.state === 'online')), { defaultValue: null });

  let base: View = {
    seed: opts.seed, stage: { kind: 'playing' }, epoch: null, duration: opts.duration, elapsed: 0, rules: loaded.rules.map(({ id, alert }) => ({ id, text: alert })),
    rows: [], picture: null, camera: null, windows: 0, visualTokens: 0, page: null, config: opts.folder.config,
  };
  const start = showStart(needs.display, base, 'loading the model');
  closing.push(async () => start.stop());
  let camera: RoomCamera | undefined;
  const daemon = await needs.startDaemon(loaded, {
    log: needs.log,
    signal: halt.signal,
    rtmpReady: (info) => {
      camera ??= film(opts, info.url(keyOf(loaded)), halt.signal, needs.log);
      start.camera(camera);
    },
    apiReady: (url) => {
      base = { ...base, page: pageLink(opts.folder, openTokens(loaded.config.api.tokens), url) };
      start.page(base.page);
    },
  });
  closing.push(() => Promise.race([daemon.done, pause(STOP)]));
  const failed = daemon.done.then(() => Promise.reject(new LookoutError('CHILD_EXITED', 'Lookout stopped before the story began.')));
  await Promise.race([daemon.ready, failed, interruption(needs.signal)]);
  if (!camera) throw new LookoutError('CAMERA_UNREACHABLE', 'The RTMP server did not start.');
  start.doing('waiting for the camera’s first picture');
  const late = pause(ONLINE).then(() => Promise.reject(new LookoutError('CAMERA_STALLED', `The demo’s camera was not watched within ${ONLINE / 1000} s. ${start.lastWords()}`)));
  await Promise.race([online, late, failed, interruption(needs.signal)]);
  start.stop();
  return { room, sentences, daemon, viewer, camera, base };
}

function film(opts: DemoOptions, url: Secret, signal: AbortSignal, log: Logger): RoomCamera {
  const thumbnail = opts.pictureWidth === null ? undefined : { factor: Math.ceil(768 / opts.pictureWidth), fps: 5 };
  return publishRoom({ seed: opts.seed, duration: opts.duration, url, thumbnail }, signal, log);
}

function keyOf(loaded: LoadedConfig): Secret {
  const key = loaded.config.cameras.find((camera) => camera.id === CAMERA)?.rtmp_key;
  if (!key) throw new LookoutError('CONFIG_INVALID', `${loaded.file}: camera ${CAMERA} has no rtmp_key.`);
  return key;
}

/** Rejects once the signal aborts; never resolves. */
function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Interrupted());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Does not keep the process alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

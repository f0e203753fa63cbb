/**
 * A camera simulator: any number of RTSP cameras ("paths") in a process of their own, whose every frame's true time of capture is
 * known. Frame k is captured at t0 + k / fps on this machine's wall clock, whatever the camera's own clock says of it.
 *
 *     const clip = await barClip({ frames: 250, fps: 25 });          // bars.ts, makeClip.ts: frames that show their index
 *     const simulator = await startSimulator();
 *     await simulator.tell('door', { clip: clip.file, fps: 25 });    // settings.ts: all that can be set, and changed while it runs
 *     watch(simulator.url('door'));
 *     const { index } = readIndex(frame);
 *     const error = frame.at - simulator.truth('door', index, frame.at);
 *     await simulator.tell('door', { ntpOffset: 2000 });             // the camera's clock steps
 *     await simulator.tell('door', { state: 'stalled' });            // and so on
 *     await simulator.stop();
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { programFor } from '../../src/health/program.ts';
import type { Change, FromSimulator, PathStats, ToSimulator } from './settings.ts';
import { createTimeline } from './timeline.ts';
import type { Timeline } from './timeline.ts';

export { barClip, makeClip } from './makeClip.ts';
export { readIndex } from './bars.ts';
export type { ClipOptions, MadeClip } from './makeClip.ts';
export type { Change, PathSettings, PathStats } from './settings.ts';

export interface Simulator {
  readonly port: number;
  readonly pid: number;
  /** @param credentials `user:password` */
  url(path: string, credentials?: string): string;
  /** Makes a path (with `clip` and `fps` at least) or changes it; resolves when that holds. `{}` only asks. Throws where the clip cannot be read. */
  tell(path: string, change: Change): Promise<PathStats>;
  /** True wall clock (ms) at which the frame was captured that shows this index, of those the one nearest to `near`; NaN if there is none. */
  truth(path: string, index: number, near: number): number;
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  /** 0, the default: a free one */
  readonly port?: number;
  /** address it listens on; 127.0.0.1 by default */
  readonly host?: string;
  /** PEM; then it is rtsps */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function startSimulator(opts: SimulatorOptions = {}): Promise<Simulator> {
  const { port: wanted = 0, host = '127.0.0.1', tls } = opts;
  const { file, flags } = programFor(new URL('./simulatorChild.ts', import.meta.url));
  const child = fork(file, { execArgv: [...flags] });
  const timelines = new Map<string, Timeline>();
  const asked = new Map<number, { resolve: (stats: PathStats) => void; reject: (error: Error) => void }>();
  let ids = 0;
  let port = 0;
  const send = (message: ToSimulator): void => void child.send(message);

  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => {
      const error = new Error(`The simulator ended (${code}).`);
      reject(error);
      for (const { reject: refuse } of asked.values()) refuse(error);
    });
    child.on('message', (message: FromSimulator) => {
      if (message.kind === 'ready') {
        ({ port } = message);
        resolve();
      } else if (message.kind === 'segment') {
        const timeline = timelines.get(message.path) ?? createTimeline();
        timelines.set(message.path, timeline);
        timeline.begin(message.segment);
      } else {
        const question = asked.get(message.id);
        asked.delete(message.id);
        if (message.error) question?.reject(new Error(message.error));
        else question?.resolve(message.stats);
      }
    });
  });
  send({ kind: 'start', port: wanted, host, tls });
  await ready;

  return {
    port,
    pid: child.pid ?? 0,
    url: (path, credentials) => `rtsp${tls ? 's' : ''}://${credentials ? `${credentials}@` : ''}${host}:${port}/${path}`,
    tell(path, change) {
      if (change.remove) timelines.delete(path);
      const id = ids++;
      return new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject });
        send({ kind: 'change', id, path, change });
      });
    },
    truth(path, index, near) {
      const timeline = timelines.get(path);
      const frame = timeline?.find(index, near);
      return timeline && frame !== undefined ? timeline.capture(frame) : Number.NaN;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

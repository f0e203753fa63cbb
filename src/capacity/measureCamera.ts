import { lastValueFrom } from 'rxjs';
import type { Subscription } from 'rxjs';
import { openCamera } from '../camera/camera.ts';
import type { CameraOptions } from '../camera/camera.ts';
import { createCostMeter } from '../camera/cost.ts';
import type { CameraCost } from '../camera/cost.ts';
import type { StreamFacts } from '../camera/facts.ts';
import type { Logger } from '../health/log.ts';
import type { Frame } from '../values.ts';

/** A camera that is watched to see what that costs. */
export interface Gauge {
  readonly facts: StreamFacts | undefined;
  /** what it took asleep and awake, all seconds in which it was wholly the one or the other */
  readonly cost: CameraCost | undefined;
  /** why it is not online, where it was and is no more, or could not be */
  readonly problem: string | undefined;
  /** kept frames, the last of them */
  readonly frames: readonly Frame[];
  /** the camera's process is gone */
  readonly done: Promise<unknown>;
  /** begins a stretch; what it returns ends it */
  stretch(): () => Stretch | undefined;
}

/** What a camera's process took over some seconds. */
export interface Stretch {
  readonly seconds: number;
  readonly cores: number;
}

/** Frames that are remembered of a camera. */
const MOST = 200;

/** Watches a camera as the daemon does, in a process of its own, until the signal aborts. */
export function gaugeCamera(options: CameraOptions, signal: AbortSignal, log: Logger): Gauge {
  const stream = openCamera(options, signal, log);
  const frames: Frame[] = [];
  const meter = createCostMeter();
  let facts: StreamFacts | undefined;
  let problem: string | undefined;
  const subscriptions: Subscription[] = [
    stream.facts$.subscribe((told) => {
      facts = told;
      meter.add(told);
    }),
    stream.status$.subscribe((status) => (problem = status.state === 'offline' ? (status.reason ?? status.code ?? 'offline') : undefined)),
    stream.frames$.subscribe((frame) => {
      frames.push(frame);
      if (frames.length > MOST) frames.shift();
    }),
  ];
  signal.addEventListener('abort', () => subscriptions.forEach((subscription) => subscription.unsubscribe()), { once: true });
  return {
    get facts() {
      return facts;
    },
    get cost() {
      return meter.told();
    },
    get problem() {
      return problem;
    },
    frames,
    done: lastValueFrom(stream.status$, { defaultValue: undefined }),
    stretch() {
      const before = facts;
      return () => before && facts && between(before, facts);
    },
  };
}

function between(before: StreamFacts, after: StreamFacts): Stretch | undefined {
  const seconds = after.observed - before.observed;
  // a connection that was lost begins to count anew
  if (!(seconds > 0.5) || after.cpu < before.cpu) return undefined;
  return { seconds, cores: (after.cpu - before.cpu) / seconds };
}

/** Without a sign of life for so long a connection counts as dead, ms: told within 8 s. */
const PATIENCE = 6500;
/** ms */
const TICK = 1000;
/** After an interruption libav gets so long to return; then the process ends, and its supervisor starts another, ms. */
const LAST_RESORT = 5000;

export interface Watchdog {
  /** A sign of life: a picture, or a packet of a camera that is not being decoded. */
  feed(): void;
  /** what to call to stop a blocking read */
  guard(interrupt: () => void): void;
  /** Packets may come in heaps so far apart, ms. */
  allow(pause: number): void;
  /** ms */
  readonly patience: number;
  readonly barked: boolean;
  stop(): void;
}

/**
 * Watches one connection: a silent peer would hold libav for ever, whatever time-outs it was given. Only the time in which this
 * process ran is counted: it cannot hear what comes while it is stopped, or waits for a processor. `now`: ms.
 */
export function startWatchdog(usual = PATIENCE, now: () => number = () => performance.now()): Watchdog {
  let patience = usual;
  let silent = 0;
  let counted = now();
  let interrupt = (): void => undefined;
  let barked = false;
  let lastResort: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    const at = now();
    // a tick that comes late was kept waiting itself
    silent += Math.min(at - counted, TICK);
    counted = at;
    if (barked || silent < patience) return;
    barked = true;
    interrupt();
    lastResort = setTimeout(() => {
      process.stderr.write('Error: libav does not let go of a silent stream\n');
      process.kill(process.pid, 'SIGKILL');
    }, LAST_RESORT);
  }, TICK);
  return {
    feed: () => {
      silent = 0;
      counted = now();
    },
    guard: (stop) => {
      interrupt = stop;
    },
    allow: (pause) => {
      patience = usual + pause;
    },
    get patience() {
      return patience;
    },
    get barked() {
      return barked;
    },
    stop: () => {
      clearInterval(timer);
      clearTimeout(lastResort);
    },
  };
}

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

/** Watches one connection: a silent peer would hold libav for ever, whatever time-outs it was given. */
export function startWatchdog(usual = PATIENCE): Watchdog {
  let patience = usual;
  let last = performance.now();
  let interrupt = (): void => undefined;
  let barked = false;
  let lastResort: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    if (barked || performance.now() - last < patience) return;
    barked = true;
    interrupt();
    lastResort = setTimeout(() => {
      process.stderr.write('Error: libav does not let go of a silent stream\n');
      process.kill(process.pid, 'SIGKILL');
    }, LAST_RESORT);
  }, TICK);
  return {
    feed: () => {
      last = performance.now();
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

/** Without a picture for so long a connection counts as dead, ms. */
const PATIENCE = 8000;
/** After an interruption libav gets so long to return; then the process ends, and its supervisor starts another, ms. */
const LAST_RESORT = 5000;

export interface Watchdog {
  /** A picture came. */
  feed(): void;
  /** what to call to stop a blocking read */
  guard(interrupt: () => void): void;
  readonly barked: boolean;
  stop(): void;
}

/** Watches one connection: a silent peer would hold libav for ever, whatever time-outs it was given. */
export function startWatchdog(patience = PATIENCE): Watchdog {
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
  }, 500);
  return {
    feed: () => {
      last = performance.now();
    },
    guard: (stop) => {
      interrupt = stop;
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

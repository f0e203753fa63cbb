import { execFile } from 'node:child_process';

/**
 * Tells systemd how the service fares (sd_notify): `READY=1`, `STATUS=…`, `WATCHDOG=1`, `STOPPING=1`.
 * Node has no unix datagram sockets, so systemd's own small program sends it; the unit therefore needs `NotifyAccess=all`.
 * Without NOTIFY_SOCKET this does nothing. Resolves to whether systemd was told; it never throws.
 */
export function notify(state: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if (!env.NOTIFY_SOCKET) return Promise.resolve(false);
  return new Promise((resolve) => {
    execFile('systemd-notify', [`--pid=${process.pid}`, state], { env, timeout: 5000 }, (failure) => resolve(failure === null));
  });
}

/**
 * Beats systemd's watchdog at half of WATCHDOG_USEC for as long as `healthy()` says so, until `signal` aborts.
 * Without a watchdog in the unit it does nothing.
 */
export function beatWatchdog(healthy: () => boolean, signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): void {
  const period = Number(env.WATCHDOG_USEC ?? 0) / 1000;
  if (!(period > 0) || !env.NOTIFY_SOCKET || signal.aborted) return;
  const timer = setInterval(() => {
    if (healthy()) void notify('WATCHDOG=1', env);
  }, Math.max(500, period / 2));
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

import type { Socket } from 'node:net';

/** Counts what a socket brings, and leaves it unread for a while when it brings more than `rate` bytes a second (`burst` at once). */
export function pace(socket: Socket, { rate, burst }: { readonly rate: number; readonly burst: number }): (bytes: number) => void {
  let credit = burst;
  let last = performance.now();
  return (bytes) => {
    const now = performance.now();
    credit = Math.min(burst, credit + ((now - last) / 1000) * rate) - bytes;
    last = now;
    if (credit >= 0 || socket.isPaused()) return;
    socket.pause();
    setTimeout(() => socket.resume(), (-credit / rate) * 1000).unref();
  };
}

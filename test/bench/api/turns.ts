/**
 * How much of the processor this process uses between two turns of a timer that is due every 5 ms, ms: what holds up its event loop, told
 * without what other programs do with the machine meanwhile. Threads of the garbage collector count as well.
 */
export function watchTurns(stop: AbortSignal): () => readonly number[] {
  const turns: number[] = [];
  let before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    turns.push((user + system) / 1000);
  }, 5);
  stop.addEventListener('abort', () => clearInterval(timer), { once: true });
  return () => turns;
}

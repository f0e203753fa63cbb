import type { ServerEvent } from './route.ts';

/**
 * Tells how far work is while it goes on, then what came of it. Of what is told in one go only the newest counts, so that a slow client
 * holds nothing up. The client's going ends the telling; the work hears of it by its own signal.
 */
export async function* progressThen<P>(work: (tell: (progress: P) => void) => Promise<ServerEvent>): AsyncGenerator<ServerEvent> {
  const state: { newest?: P; over: boolean; wake(): void } = { over: false, wake: () => undefined };
  const done = work((progress) => {
    state.newest = progress;
    state.wake();
  }).finally(() => {
    state.over = true;
    state.wake();
  });
  // it is waited for below, where it is thrown
  done.catch(() => undefined);
  while (!state.over) {
    const { newest } = state;
    if (newest === undefined) {
      await new Promise<void>((resolve) => {
        state.wake = resolve;
      });
      continue;
    }
    delete state.newest;
    yield { event: 'progress', data: newest };
  }
  yield await done;
}

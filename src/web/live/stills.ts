import { address } from '../api/client.ts';
import { Problem, problemOf } from '../api/problem.ts';

/** Between two pictures, ms; more where they take long to make. */
const LEAST = 1000;
const MOST = 10_000;

export interface StillsListener {
  /** a picture as an object's address, which is revoked with the next one */
  picture(url: string): void;
  failed(problem: Problem | undefined): void;
}

/** A newer picture about once a second, where a stream cannot be played; until the signal aborts. */
export async function showStills(camera: string, listener: StillsListener, signal: AbortSignal): Promise<void> {
  let shown: string | undefined;
  while (!signal.aborted) {
    const began = performance.now();
    let wait = LEAST;
    try {
      const url = URL.createObjectURL(await still(camera, signal));
      listener.picture(url);
      if (shown) URL.revokeObjectURL(shown);
      shown = url;
      // a picture may cost Lookout a second of decoding: then it is not asked for every second
      wait = Math.max(LEAST, 3 * (performance.now() - began));
    } catch (error) {
      if (signal.aborted) break;
      listener.failed(error instanceof Problem ? error : undefined);
      wait = MOST;
    }
    await pause(Math.min(MOST, wait), signal);
  }
  if (shown) URL.revokeObjectURL(shown);
}

async function still(camera: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(address(`/v1/cameras/${encodeURIComponent(camera)}/snapshot`), { signal, cache: 'no-store', credentials: 'same-origin' });
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => undefined)) ?? new Error(String(response.status));
  return response.blob();
}

/** Resolves after a while, or when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over, { once: true });
    if (signal.aborted) over();
  });
}

import { effect, signal } from '@preact/signals';
import { told } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { zone } from '../i18n/times.ts';
import { stamps } from '../timeline/state.ts';
import { begun, bodyOf, withStep } from './asking.ts';
import type { About, AskOptions, Asking } from './asking.ts';

/** The newest question; it goes on, and stays, while other views are shown. */
export const asking = signal<Asking | null>(null);

let running: AbortController | undefined;

/** Asks, and keeps `asking` up to date as the answer grows. A question that still runs is given up. */
export async function askAbout(about: About, prompt: string, options: AskOptions): Promise<void> {
  running?.abort();
  const stop = new AbortController();
  running = stop;
  asking.value = begun(about, prompt);
  const change = (to: Partial<Asking>): void => {
    if (running === stop && asking.value) asking.value = { ...asking.value, ...to };
  };
  try {
    for await (const { event, data } of told('/v1/multimodal/generate', bodyOf(about, prompt, options, zone), stop.signal)) {
      if (running === stop && asking.value) asking.value = withStep(asking.value, event, data);
    }
    if (asking.value?.state === 'running') change({ state: 'stopped' });
  } catch (error) {
    if (stop.signal.aborted) change({ state: 'stopped' });
    else if (error instanceof Problem) change({ state: 'failed', problem: error });
    else throw error;
  }
}

export function stopAsking(): void {
  running?.abort();
}

export function forget(): void {
  stopAsking();
  running = undefined;
  asking.value = null;
}

/** What a camera's answer tells of is marked on the timeline, as it comes. Called once. */
effect(() => {
  const { value } = asking;
  const about = value?.about;
  stamps.value = about?.kind === 'camera' ? (value?.stamps ?? []).map((stamp, index) => ({ id: String(index), camera: about.camera, text: stamp.event, from: stamp.start, to: stamp.end })) : [];
});

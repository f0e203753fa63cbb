import { signal } from '@preact/signals';
import type { UploadOut } from '../../api/schemas/multimodal.ts';
import { ask } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { sendVideo } from './send.ts';

/** The video that is asked about: on its way, or on Lookout's machine. It stays while other views are shown. */
export interface Video {
  readonly name: string;
  /** for the player: the file itself, which need not come back */
  readonly url: string;
  readonly share: number;
  readonly upload: UploadOut | null;
  readonly problem: Problem | null;
}

export const video = signal<Video | null>(null);
let running: AbortController | undefined;

/** Uploads a file in the place of the one before. */
export async function take(file: File): Promise<void> {
  await drop();
  const stop = new AbortController();
  running = stop;
  video.value = { name: file.name, url: URL.createObjectURL(file), share: 0, upload: null, problem: null };
  const change = (to: Partial<Video>): void => {
    if (running === stop && video.value) video.value = { ...video.value, ...to };
  };
  try {
    change({ upload: await sendVideo(file, (share) => change({ share }), stop.signal), share: 1 });
  } catch (error) {
    if (error instanceof Problem) change({ problem: error });
    else if (!stop.signal.aborted) throw error;
  }
}

/** Takes it away here and on Lookout's machine. */
export async function drop(): Promise<void> {
  running?.abort();
  running = undefined;
  const { value } = video;
  video.value = null;
  if (!value) return;
  URL.revokeObjectURL(value.url);
  if (!value.upload) return;
  try {
    await ask('DELETE', `/v1/uploads/${encodeURIComponent(value.upload.id)}`);
  } catch (error) {
    // it goes by itself after some hours
    if (!(error instanceof Problem)) throw error;
  }
}

import { computed, effect, signal } from '@preact/signals';
import type { CameraOut, CamerasOut } from '../../api/schemas/cameras.ts';
import { get } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { session } from '../session.ts';
import { connections, heard } from './feed.ts';

/** The cameras as Lookout has them, kept up to date by the feed; undefined until they were read. */
export const cameras = signal<readonly CameraOut[] | undefined>(undefined);
/** Why they could not be read. */
export const camerasProblem = signal<Problem | undefined>(undefined);
/** Why the files on the disk do not load, if they do not. */
export const filesProblem = signal<CamerasOut['problem']>(null);

export const cameraIds = computed(() => (cameras.value ?? []).map(({ id }) => id));

export async function readCameras(): Promise<void> {
  try {
    const { items, problem } = await get<CamerasOut>('/v1/cameras');
    cameras.value = items;
    filesProblem.value = problem;
    camerasProblem.value = undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    camerasProblem.value = error;
  }
}

/** Called once. */
export function keepCameras(): void {
  heard('status', ({ camera, ...status }) => {
    const known = cameras.value?.some(({ id }) => id === camera);
    if (known) cameras.value = cameras.value?.map((one) => (one.id === camera ? { ...one, status } : one));
    else if (cameras.value) void readCameras();
  });
  heard('config', () => void readCameras());
  effect(() => {
    if (connections.value > 0 && session.peek().state === 'in') void readCameras();
  });
  effect(() => {
    if (session.value.state === 'out') cameras.value = undefined;
  });
}

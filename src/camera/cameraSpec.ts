import type { ChildSpec } from '../health/child.ts';
import { recordOfEvents } from '../media/record.ts';
import type { CameraOptions } from './camera.ts';
import type { CameraInit } from './cameraWire.ts';

/** Decoded 4K pictures, packets since the last keyframes, libav's buffers and the interpreter. */
const MEMORY_MB = 768;
/**
 * One thread waits for packets, one decodes; more would only take turns with cold caches. Pictures are mapped one by one, so that the
 * memory of those that are freed goes back: glibc otherwise keeps it once a few have come and gone.
 */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1000000' };
/** A slow disk keeps a thread of its own waiting. */
const WITH_DISK = { UV_THREADPOOL_SIZE: '3' };
/**
 * The heap is small and steady: to collect it rarely, and by one thread, costs less than what wakes the others. Decoded frames count
 * as memory of the heap's, and in a heap that begins small each few of them would have it collected.
 */
const FLAGS = ['--single-threaded-gc', '--min-semi-space-size=4', '--max-semi-space-size=4', '--initial-old-space-size=64', '--no-memory-reducer'];
/** With four of them unheard a camera's process counts as hung: within 8 s, as for a silent camera, ms. */
const HEARTBEAT = 1700;

/** A camera's process. */
export function cameraSpec(opts: CameraOptions): ChildSpec & { readonly init: CameraInit } {
  const env = { ...ENVIRONMENT, ...(opts.recording ? WITH_DISK : {}) };
  return { name: `camera ${opts.id}`, entry: new URL('./cameraChild.ts', import.meta.url), memoryMb: MEMORY_MB, heartbeatMs: HEARTBEAT, flags: FLAGS, env, init: initOf(opts) };
}

function initOf(opts: CameraOptions): CameraInit {
  const { url, frameSize, sample, network, transport = 'tcp', clock = 'auto', hardware = 'auto', gate = true, tell = false, recording } = opts;
  const record = recording && !recording.continuous ? recordOfEvents(opts.record, recording.before) : opts.record;
  return {
    url: url.reveal(),
    transport,
    network: { allow: [...(network?.allow ?? [])], tls: network?.tls ?? 'verify' },
    clock,
    hardware,
    frameSize: { ...frameSize },
    sample: { ...sample, masks: sample.masks?.map((polygon) => polygon.map(([x, y]) => [x, y])) },
    gate: gate && sample.adaptive,
    tell,
    ...(record ? { record: { ...record } } : {}),
    ...(recording ? { recording: { folder: recording.folder, seconds: recording.seconds, continuous: recording.continuous } } : {}),
  };
}

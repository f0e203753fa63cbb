import { z } from 'zod';
import { fileProblem, iso, ms, share, slug } from './common.ts';

const corner = z.tuple([share, share]);
const masks = z.array(z.array(corner).min(3)).describe('polygons in which nothing counts, corners as [x, y], shares of the picture');

/** The keys of a camera in the configuration, without those that tell where it is. Keys that are not named here are checked all the same. */
const keys = {
  enabled: z.boolean(),
  transport: z.enum(['tcp', 'udp']).describe('of RTSP'),
  tls: z.enum(['verify', 'any']).describe('any: takes a certificate that nobody vouches for, as most cameras have'),
  clock: z.enum(['auto', 'camera', 'arrival']).describe('whose time to believe'),
  hardware: z.enum(['auto', 'off']).describe('decoding by a GPU'),
  masks,
  min_size: share.describe('least share of the picture that has to change'),
};

/** Where it has none of its own, the section of that name says. */
const own = { recordings: z.enum(['off', 'continuous', 'events']).describe('instead of recordings.mode') };

export const cameraStatusSchema = z.strictObject({
  state: z.enum(['connecting', 'online', 'offline', 'disabled', 'unknown']).describe('unknown: not taken up yet'),
  since: iso.nullable(),
  since_ms: ms.nullable(),
  reason: z.string().nullable(),
  code: z.string().nullable().describe('of the table of errors'),
  clock_offset_ms: ms.nullable().describe('by which the camera’s own clock is plainly wrong, ahead (+) or behind (−)'),
});

export const cameraSchema = z.looseObject({
  id: slug,
  kind: z.enum(['pull', 'push']),
  source: z.string().describe('its address without user, password and query, for viewers also without its path; `pushed over RTMP` for one that pushes'),
  ...keys,
  recordings: own.recordings.optional(),
  rules: z.array(z.string()).describe('ids of the rules that are for it'),
  status: cameraStatusSchema,
});

export const shardSchema = z.string().nullable().describe('`2/3`: only the second of three daemons’ share of the cameras; null: all of them');

export const camerasAnswer = z.strictObject({ items: z.array(cameraSchema), shard: shardSchema, problem: fileProblem });

const places = {
  url: z.string().min(1).max(2000).describe('rtsp(s)://, rtmp(s):// or http(s):// address; may be set and is never told again. ${NAME} stands for an environment variable, for admins'),
  rtmp_key: z.string().min(16).max(128).describe('of a camera that pushes; may be set and is never told again'),
};

export const cameraBody = z.looseObject({
  id: slug,
  push: z.boolean().optional().describe('instead of url: makes a key, with which the camera pushes RTMP to Lookout'),
  ...z.object({ ...places, ...keys, ...own }).partial().shape,
}).meta({ examples: [{ id: 'door', url: 'rtsp://viewer:secret@192.168.1.20:554/stream1' }] });

/** Null takes a key back to its default; another `url` takes the place of the whole address. */
export const cameraPatch = z.looseObject(
  Object.fromEntries(Object.entries({ ...places, ...keys, ...own }).map(([key, value]) => [key, value.nullable().optional()])) as {
    readonly [K in keyof (typeof places & typeof keys & typeof own)]: z.ZodOptional<z.ZodNullable<(typeof places & typeof keys & typeof own)[K]>>;
  },
).meta({ examples: [{ enabled: false }] });

export const cameraAdded = z.strictObject({
  camera: cameraSchema,
  push_url: z.string().nullable().describe('where it pushes to, told this once: whoever knows it can push'),
  warnings: z.array(z.string()).describe('for people: that the cameras are now more than this machine carries, by figures measured on it'),
});

export const cameraParams = z.strictObject({ camera: slug });

export const probeBody = z.strictObject({
  camera: slug.optional().describe('id of a camera of the configuration'),
  url: z.string().min(1).max(2000).optional().describe('or an address'),
  transport: keys.transport.optional(),
  tls: keys.tls.optional(),
  seconds: z.number().min(1).max(60).default(10).describe('how long to look'),
}).meta({ examples: [{ camera: 'door', seconds: 10 }] });

const optional = z.number().optional();
const load = { idle_cores: z.number(), idle_measured: z.boolean(), busy_cores: z.number(), busy_measured: z.boolean(), memory_mb: z.number() };

/** What a look at a camera found, as `lookout camera probe --json` tells it. */
export const probeAnswer = z.looseObject({
  codec: z.string(), width: z.number(), height: z.number(), declared_fps: z.number(), measured_fps: z.number(),
  keyframe_interval_s: optional, network_mbit_s: z.number(), hardware: z.string().optional(),
  time_source: z.enum(['rtcp', 'arrival', 'file']), uncertainty_ms: optional,
  clock: z.looseObject({ believed: z.string().optional(), why: z.string().optional(), offset_ms: optional, drift_ppm: optional }),
  observed_s: z.number(), asleep: z.number(), packets: z.number(), decoded: z.number(), looked: z.number(), kept: z.number(),
  frame_width: optional, frame_height: optional, ...load,
  visual_tokens_per_idle_hour: optional, visual_tokens_per_busy_hour: optional,
  ended: z.string().optional().describe('why the look ended before its time'),
});

export type CameraOut = z.infer<typeof cameraSchema>;
export type CamerasOut = z.infer<typeof camerasAnswer>;
export type CameraStatusOut = z.infer<typeof cameraStatusSchema>;
export type CameraIn = z.input<typeof cameraBody>;
export type CameraPatchIn = z.input<typeof cameraPatch>;
export type CameraAddedOut = z.infer<typeof cameraAdded>;
export type ProbeIn = z.input<typeof probeBody>;
export type ProbeOut = z.infer<typeof probeAnswer>;

import { isIP } from 'node:net';
import { z } from 'zod';
import { Secret } from '../secret.ts';
import { api } from './apiSchema.ts';
import { ask } from './askSchema.ts';
import { engine } from './engineSchema.ts';
import { expiry, history, site } from './fleetSchema.ts';

/** Ids name MQTT topics, so nothing else may stand in them. */
export const ID = /^[a-z0-9_-]{1,64}$/;

const id = z.string().regex(ID, 'must be 1 to 64 of a-z, 0-9, _ and -');
/** `writeOnly` is JSON schema's word for what is set and never told. */
const secret = z.string().min(1).transform((text) => new Secret(text)).meta({ writeOnly: true });
const file = z.string().min(1);
const count = z.int().positive();
const seconds = z.number().positive();
const share = z.number().min(0).max(1);
const port = z.int().min(0).max(65_535);

const modelKeys = z.strictObject({
  name: z.string().default('').describe('folder of a Qwen3-VL checkpoint in Hugging Face layout; an engine needs none'),
  backend: z.enum(['onnx', 'openai']).default('onnx').describe('what runs it: onnx is ONNX Runtime, in a child process; openai are the servers of section engine'),
  device: z.enum(['auto', 'cpu', 'webgpu', 'cuda']).default('auto').describe('auto takes a GPU where ONNX Runtime has one'),
  threads: count.max(64).optional().describe('threads of the processor; by default all cores, at most eight, and one for a small model'),
  memory_mb: count.min(2048).default(4096).describe('MB of memory that the model may take besides its weights; bounds the context'),
  features_mb: count.default(256).describe('MB of it for visual features, which all windows that hold a frame share'),
  features_dir: z.string().min(1).optional().describe('folder where features are kept as well, for restarts and further questions about a video; by default none'),
  features_dir_mb: count.default(4096).describe('MB that the folder may hold'),
});
const model = modelKeys.superRefine(({ name, backend }, found) => {
  if (backend === 'onnx' && name === '') found.addIssue({ code: 'custom', path: ['name'], message: 'is missing' });
});

const videoProcessor = z.strictObject({
  frame_rate: z.number().positive().max(30).default(4).describe('most frames a second kept while something moves'),
  timestamp_unit: z.enum(['second', 'seconds']).default('seconds').describe('unit of the stamps between the frames; the model knows seconds only'),
  enable_temporal_alignment: z.boolean().default(true).describe('stamp frames with the times they were taken at; false: as if evenly spaced'),
  max_context_length: count.min(256).default(32_768).describe('most tokens of a prompt and its answer; the model may allow fewer'),
  use_adaptive_sampling: z.boolean().default(true).describe('keep few frames of a still scene and more of a moving one'),
  idle_interval: seconds.default(2).describe('seconds between kept frames while nothing moves'),
  min_pixels: count.optional().describe("smallest area of a frame as the model sees it; by default the checkpoint's bound on a video, shared out"),
  max_pixels: count.optional().describe("largest area of a frame as the model sees it; by default the checkpoint's bound on a video, shared out"),
});

const window = z.strictObject({
  length: seconds.max(600).default(8).describe('seconds that a window looks back'),
  hop: seconds.default(1).describe('seconds between windows while something moves'),
  max_frames: count.min(4).multipleOf(2).default(16).describe('most frames of a window; an even number'),
  overlap_ratio: share.default(0.5).describe('share of a full window that the next one begins with; 1: windows slide, and nothing computed for one serves the next'),
  heartbeat: seconds.default(30).describe('seconds between looks at a still scene; each pause twice the one before, up to ten minutes'),
});

const longVideo = z.strictObject({
  inference_mode: z.literal('sliding_window').default('sliding_window').describe('how a video longer than the context is looked at: through windows that overlap'),
  window_size: count.min(64).default(8192).describe('tokens of video in a window; the context may allow fewer'),
  overlap_ratio: z.number().min(0).max(0.9).default(0.2).describe('share of a window that the next one shows again'),
});

const events = z.strictObject({
  min_confidence: share.default(0.7).describe('an event surer than this counts at first sight'),
  confirmations: count.max(10).default(2).describe('windows that have to show a less sure one'),
});

const mqtt = z.strictObject({
  url: z.string().min(1).default('mqtt://127.0.0.1:1883').describe('the broker: mqtt:// or ws://, with TLS mqtts:// or wss://'),
  username: z.string().min(1).optional(),
  password: secret.optional(),
  ca: file.optional().describe("PEM file of the authority that signed the broker's certificate; by default the well-known ones"),
  cert: file.optional().describe('PEM file of the certificate to show to a broker that asks for one'),
  key: file.optional().describe('PEM file of its key'),
  verify: z.boolean().default(true).describe('false: take any certificate'),
  prefix: z.string().regex(/^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/, 'must be made of a-z, 0-9, _, - and /').default('lookout').describe('first part of every topic'),
  ...history,
  expiry: expiry.prefault({}),
  settle: z.number().min(0).max(3600).default(0.5).describe('seconds that an acknowledged alert is kept, to be sent again should the broker vanish within them'),
  media_url: z.url({ protocol: /^https?$/ }).optional().describe('where the folder of pictures and clips can be reached, for links in alerts'),
  commands: z.boolean().default(true).describe('obey <prefix>/…/set'),
  discovery: z.boolean().default(true).describe('tell Home Assistant what there is'),
  discovery_prefix: z.string().regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'must be made of letters, digits, _, - and /').default('homeassistant').describe("first part of Home Assistant's topics"),
});

const store = z.strictObject({
  path: z.string().min(1).default('lookout.db').describe('the event log, an SQLite file'),
  retention_days: z.number().positive().default(30).describe('days that events and alerts are kept'),
  max_mb: z.number().min(1).optional().describe('the greatest size of the event log, MB: the oldest goes first; without it only the age counts'),
});

const media = z.strictObject({
  dir: z.string().min(1).default('media').describe("folder of the alerts' pictures and clips"),
  snapshots: z.boolean().default(true).describe('keep a picture with each alert'),
  clips: z.boolean().default(true).describe('keep a clip with each alert'),
  before: z.number().min(0).max(60).default(5).describe('seconds of a clip before what happened'),
  after: z.number().min(0).max(60).default(5).describe('seconds of a clip after it; a clip is no longer than two minutes'),
  max_mb: count.default(10_000).describe('MB that the folder may hold; beyond that the oldest alerts lose their pictures and clips'),
});

/** When a camera is recorded. */
const recorded = z.enum(['off', 'continuous', 'events']);

const recordings = z.strictObject({
  mode: recorded.default('off').describe('record cameras always (continuous), around events, or not at all (off); a camera may have its own'),
  dir: z.string().min(1).default('recordings').describe('folder of the recordings'),
  segment: z.number().min(2).max(600).default(10).describe('seconds of a file; it ends with the first keyframe after that'),
  days: z.number().positive().max(36_500).default(7).describe('days that recordings are kept'),
  max_mb: count.default(50_000).describe('MB that the folder may hold; beyond that the oldest recordings are deleted'),
  before: z.number().min(0).max(60).default(10).describe('seconds recorded before an event'),
  after: z.number().min(0).max(600).default(10).describe('seconds recorded after an event'),
});

const rtmp = z.strictObject({
  enabled: z.boolean().default(false).describe('accept cameras that push RTMP'),
  host: z.string().min(1).default('127.0.0.1').describe('0.0.0.0 for cameras on other machines'),
  port: port.default(1935),
});

/** A push key is the only thing that keeps strangers out, so a short one is refused. */
const rtmpKey = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/, 'must be 16 to 128 of A-Z, a-z, 0-9, _ and -').transform((text) => new Secret(text)).meta({ writeOnly: true });

/** An address, a network (CIDR) or a host name: what may stand in a list of where cameras live. */
function isPlace(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (bits !== undefined) return rest.length === 0 && family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  // what looks like numbers only is a mistyped address, and no name
  return family > 0 || (/^(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*$/i.test(text) && !/^[\d.]+$/.test(text));
}

const network = z.strictObject({
  allow: z
    .array(z.string().refine(isPlace, 'must be an address (127.0.0.1), a network (169.254.0.0/16) or a host name'))
    .default([])
    .describe('loopback, link-local and metadata addresses that cameras may live on all the same'),
});

/** A corner of a polygon: shares of the picture's width and height, from its top left. */
const corner = z.tuple([share, share]);

const camera = z.strictObject({
  id,
  url: secret.optional().describe('rtsp(s):// or rtmp(s):// address to pull from, or http(s):// of HTTP-FLV (….flv), MPEG-TS (….ts) or HLS (….m3u8)'),
  rtmp_key: rtmpKey.optional().describe('instead of url: the camera pushes to rtmp://<this machine>/live/<rtmp_key>'),
  enabled: z.boolean().default(true),
  transport: z.enum(['tcp', 'udp']).default('tcp').describe('of RTSP'),
  tls: z.enum(['verify', 'any']).default('verify').describe('of rtsps, rtmps and https: any takes certificates that nobody vouches for'),
  clock: z.enum(['auto', 'camera', 'arrival']).default('auto').describe("whose time to believe; auto is the camera's unless it is plainly wrong"),
  hardware: z.enum(['auto', 'off']).default('auto').describe('decoding by a GPU where one is there'),
  masks: z.array(z.array(corner).min(3, 'a polygon has three corners or more')).default([]).describe('polygons in which nothing counts, corners as [x, y], shares of the picture 0..1'),
  min_size: share.default(0).describe('least share of the picture that has to change; 0: whatever stands out'),
  recordings: recorded.optional().describe('instead of recordings.mode'),
});

const log = z.strictObject({
  level: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

/** `configs/lookout.yaml`: every key, its default, and nothing else. Lengths of time are in seconds. */
export const configSchema = z.strictObject({
  site: site.optional(),
  model,
  engine: engine.prefault({}),
  video_processor: videoProcessor.prefault({}),
  window: window.prefault({}),
  long_video: longVideo.prefault({}),
  events: events.prefault({}),
  mqtt: mqtt.prefault({}),
  store: store.prefault({}),
  media: media.prefault({}),
  recordings: recordings.prefault({}),
  ask: ask.prefault({}),
  api: api.prefault({}),
  rtmp: rtmp.prefault({}),
  network: network.prefault({}),
  cameras: z.array(camera).default([]),
  rules_dir: z.string().min(1).default('rules').describe('folder of the rules, *.yaml'),
  log: log.prefault({}),
});

export type Config = z.output<typeof configSchema>;
export type CameraConfig = Config['cameras'][number];

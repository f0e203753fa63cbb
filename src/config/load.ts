import { dirname, resolve } from 'node:path';
import { shardIn } from '../fleet/environment.ts';
import type { Shard } from '../fleet/shard.ts';
import type { Rule } from '../rules/rule.ts';
import { checked } from './check.ts';
import { faultAt, readSource, valuesOf } from './document.ts';
import type { KeyPath, Source } from './document.ts';
import { UNSET, withEnvironment, withNumbers } from './environment.ts';
import { brokerUrlFault, cameraUrlFault } from './urls.ts';
import { loadRules } from './rules.ts';
import type { LoadedRule } from './rules.ts';
import { configSchema } from './schema.ts';
import type { CameraConfig, Config } from './schema.ts';

/** A configuration that has been checked; its paths are absolute (relative ones in the file start at the file's folder). */
export interface LoadedConfig {
  readonly config: Config;
  readonly rules: readonly Rule[];
  readonly file: string;
  /** which of several daemons this is, that share the cameras ($LOOKOUT_SHARD); without it all are watched */
  readonly shard?: Shard;
}

/**
 * Reads the configuration and its rules.
 * @throws LookoutError CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_INVALID, CAMERA_URL_SCHEME; the detail starts with file:line:column and key
 */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env): LoadedConfig {
  return configOf(readSource(resolve(file)), env);
}

/** The same for a file that was read already, or that is about to be written. */
export function configOf(source: Source, env: NodeJS.ProcessEnv = process.env, rules?: readonly LoadedRule[]): LoadedConfig {
  const raw = filled(valuesOf(source));
  const config = withAbsolutePaths(checked(configSchema, source, withNumbers(configSchema, raw, withEnvironment(source, raw, env))), source.file);
  refuseContradictions(source, config);
  const found = rules ?? loadRules(config.rules_dir, () => faultAt(source, ['rules_dir'], `there is no folder ${config.rules_dir}`));
  refuseStrangers(found, config.cameras);
  const shard = shardIn(env);
  return { config, rules: found.map((loaded) => loaded.rule), file: source.file, ...(shard ? { shard } : {}) };
}

/** A section whose keys are all commented out is one that is left to its defaults. */
export function filled(values: unknown): unknown {
  if (values === null || values === undefined) return {};
  if (typeof values !== 'object' || Array.isArray(values)) return values;
  return Object.fromEntries(Object.entries(values).filter(([, section]) => section !== null));
}

function withAbsolutePaths(config: Config, file: string): Config {
  const from = (path: string): string => resolve(dirname(file), path);
  const store = { ...config.store, path: config.store.path === ':memory:' ? ':memory:' : from(config.store.path) };
  const { name, features_dir: features } = config.model;
  const model = { ...config.model, name: name === '' ? '' : from(name), ...(features ? { features_dir: from(features) } : {}) };
  const media = { ...config.media, dir: from(config.media.dir) };
  const recordings = { ...config.recordings, dir: from(config.recordings.dir) };
  const ask = { ...config.ask, uploads_dir: from(config.ask.uploads_dir) };
  const named = (files: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined }): typeof files =>
    Object.fromEntries((['ca', 'cert', 'key'] as const).flatMap((part) => (files[part] ? [[part, from(files[part])]] : [])));
  const mqtt = { ...config.mqtt, ...named(config.mqtt) };
  const engine = { ...config.engine, endpoints: config.engine.endpoints.map((endpoint) => ({ ...endpoint, ...named(endpoint) })) };
  const api = { ...config.api, ...named(config.api), tokens: from(config.api.tokens) };
  return { ...config, model, engine, mqtt, store, media, api, recordings, ask, rules_dir: from(config.rules_dir) };
}

/** What no single key can know. */
function refuseContradictions(source: Source, config: Config): void {
  const { min_pixels: least, max_pixels: most } = config.video_processor;
  if (least !== undefined && most !== undefined && least > most) {
    throw faultAt(source, ['video_processor', 'min_pixels'], `is more than max_pixels, ${most}`);
  }
  if (config.window.hop > config.window.length) {
    throw faultAt(source, ['window', 'hop'], `is longer than the window, ${config.window.length} s: what happens between windows would be missed`);
  }
  refuseBroker(source, config.mqtt);
  refuseEngine(source, config);
  if (config.api.cert && !config.api.key) throw faultAt(source, ['api', 'cert'], 'needs api.key');
  if (config.api.key && !config.api.cert) throw faultAt(source, ['api', 'key'], 'needs api.cert');
  config.cameras.forEach((camera, index) => refuseCamera(source, config, camera, index));
}

function refuseEngine(source: Source, { model, engine }: Config): void {
  if (model.backend === 'openai' && engine.endpoints.length === 0) throw faultAt(source, ['model', 'backend'], 'needs engine.endpoints, the servers to ask');
  if (model.backend === 'openai' && engine.fallback === 'onnx' && model.name === '') throw faultAt(source, ['engine', 'fallback'], 'needs model.name, the checkpoint that takes over');
  for (const [index, { url, cert, key, ca, verify }] of engine.endpoints.entries()) {
    const at = (name: string): KeyPath => ['engine', 'endpoints', index, name];
    // neither is sent, and both would be told to whoever reads the configuration
    const { username, password, search } = new URL(url);
    if (username || password || search) throw faultAt(source, at('url'), 'may name no user and hold no query: what an engine knows us by belongs into api_key');
    if (cert && !key) throw faultAt(source, at('cert'), `needs engine.endpoints[${index}].key`);
    if (key && !cert) throw faultAt(source, at('key'), `needs engine.endpoints[${index}].cert`);
    const idle = (ca && 'ca') || (cert && 'cert') || (verify ? undefined : 'verify');
    if (idle && url.startsWith('http:')) throw faultAt(source, at(idle), 'is of TLS: the url has to begin with https://');
  }
}

function refuseBroker(source: Source, mqtt: Config['mqtt']): void {
  const broker = brokerUrlFault(mqtt.url);
  if (broker) throw faultAt(source, ['mqtt', 'url'], broker.message);
  if (mqtt.password && !mqtt.username) throw faultAt(source, ['mqtt', 'password'], 'needs mqtt.username');
  if (mqtt.cert && !mqtt.key) throw faultAt(source, ['mqtt', 'cert'], 'needs mqtt.key');
  if (mqtt.key && !mqtt.cert) throw faultAt(source, ['mqtt', 'key'], 'needs mqtt.cert');
  if (/^(mqtts|wss):/i.test(mqtt.url) || mqtt.url.includes(UNSET)) return;
  // Settings of TLS beside an address without it: who wrote them believes that the connection is safe.
  const idle = (['ca', 'cert'] as const).find((part) => mqtt[part]) ?? (mqtt.verify ? undefined : 'verify');
  if (idle) throw faultAt(source, ['mqtt', idle], 'is of TLS: mqtt.url has to begin with mqtts:// or wss://');
}

function refuseCamera(source: Source, config: Config, camera: CameraConfig, index: number): void {
  const at = (key: string): KeyPath => ['cameras', index, key];
  const first = config.cameras.findIndex((other) => other.id === camera.id);
  if (first < index) throw faultAt(source, at('id'), `camera ${camera.id} is there already, at cameras[${first}]`);
  if (camera.url && camera.rtmp_key) throw faultAt(source, at('rtmp_key'), 'a camera has either a url or an rtmp_key');
  if (!camera.url && !camera.rtmp_key) throw faultAt(source, ['cameras', index], 'needs a url, or an rtmp_key to push with');
  if (camera.rtmp_key && !config.rtmp.enabled) throw faultAt(source, at('rtmp_key'), 'needs rtmp.enabled: true');
  const fault = camera.url && cameraUrlFault(camera.url.reveal());
  if (fault) throw faultAt(source, at('url'), fault.message, fault.code);
}

/** A rule for a camera that does not exist would never fire, and nobody would know. */
function refuseStrangers(rules: readonly LoadedRule[], cameras: readonly CameraConfig[]): void {
  const known = new Set(cameras.map((camera) => camera.id));
  for (const { rule, source, path } of rules) {
    const index = rule.cameras.findIndex((camera) => !known.has(camera));
    if (index >= 0) throw faultAt(source, [...path, 'cameras', index], `rule ${rule.id} is for camera ${rule.cameras[index]}, which does not exist`);
  }
}

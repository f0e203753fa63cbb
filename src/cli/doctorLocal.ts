import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokenModules } from '../../bin/setup/native.mjs';
import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { freeNow } from '../health/disk.ts';
import { createLogger } from '../health/log.ts';
import type { Check, Finding } from './doctor.ts';
import { device, devices } from './doctorDevices.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Outcome = Omit<Finding, 'name'>;

/** What can be seen without the network: of the machine, and with a configuration of its folders. */
export function localChecks(config?: Config): Check[] {
  if (!config) return [{ name: 'node', run: node }, { name: 'native modules', run: nativeModules }, { name: 'ffmpeg', run: ffmpeg }, { name: 'devices', run: devices }];
  if (config.model.backend === 'openai') {
    const standIn = config.engine.fallback === 'onnx' ? [{ name: 'model', run: () => model(config.model.name) }] : [];
    return [{ name: 'engine', run: () => engines(config) }, ...standIn, { name: 'event log', run: () => eventLog(config) }];
  }
  const named = config.model.device === 'auto' ? [] : [{ name: 'model device', run: () => device(config.model.device) }];
  return [{ name: 'model', run: () => model(config.model.name) }, ...named, { name: 'event log', run: () => eventLog(config) }];
}

function node(): Outcome {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const old = major < 20 || (major === 20 && minor < 19);
  return old ? { state: 'fail', detail: `Node ${process.versions.node} is too old: install 20.19 or newer` } : { state: 'ok', detail: `Node ${process.versions.node}` };
}

function nativeModules(): Outcome {
  const broken = brokenModules(ROOT);
  if (broken.length === 0) return { state: 'ok', detail: 'better-sqlite3, onnxruntime-node and node-av load' };
  const what = broken.map(({ name, reason }) => `${name} does not load (${reason})`).join('; ');
  return { state: 'fail', detail: `${what}. Run \`npm run setup\`, which builds what is missing` };
}

function ffmpeg(): Outcome {
  const child = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8', timeout: 10_000 });
  const version = /^ffmpeg version (\S+)/.exec(child.stdout ?? '')?.[1];
  if (version) return { state: 'ok', detail: `ffmpeg ${version}` };
  return { state: 'warn', detail: 'ffmpeg is not there; only the demo and `lookout eval` need it (Debian: apt-get install ffmpeg)' };
}

/** What the engines are, and can do. */
async function engines(config: Config): Promise<Outcome> {
  const { openModel } = await import('../daemon/openModel.ts');
  const stop = new AbortController();
  const opened = openModel({ ...config, engine: { ...config.engine, fallback: 'none' } }, stop.signal, createLogger({ level: 'silent' }));
  try {
    await opened.ready;
    return { state: 'ok', detail: opened.device ?? opened.name };
  } finally {
    await opened.close();
    stop.abort();
  }
}

function model(folder: string): Outcome {
  if (!existsSync(join(folder, 'config.json'))) throw new LookoutError('MODEL_NOT_FOUND', `there is no config.json in ${folder}.`);
  const files = readdirSync(folder);
  const missing = [
    ...(files.includes('tokenizer.json') ? [] : ['tokenizer.json']),
    ...(files.some((name) => name.endsWith('.safetensors')) ? [] : ['model.safetensors']),
  ];
  if (missing.length > 0) throw new LookoutError('MODEL_WEIGHTS_MISSING', `${folder} has no ${missing.join(' and no ')}.`);
  return { state: 'ok', detail: folder };
}

const LITTLE_SPACE = 500_000_000;

async function eventLog(config: Config): Promise<Outcome> {
  const { path } = config.store;
  if (path === ':memory:') return { state: 'warn', detail: 'is kept in memory only, and lost when Lookout stops' };
  const folder = nearestFolder(dirname(path));
  try {
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch {
    throw new LookoutError('STORE_OPEN', `${existsSync(path) ? path : folder} cannot be written by this user.`);
  }
  const free = freeNow(folder);
  if (free < LITTLE_SPACE) return { state: 'warn', detail: `${path}: only ${Math.round(free / 1e6)} MB are free there` };
  if (!existsSync(path)) return { state: 'ok', detail: `${path} will be made` };
  const { openStore } = await import('../store/store.ts');
  const store = openStore({ path, retentionDays: config.store.retention_days, readOnly: true }, createLogger({ level: 'silent' }));
  const found = store.events({ limit: 1 }).length;
  store.close();
  return { state: 'ok', detail: `${path}${found === 0 ? ', empty so far' : ''}` };
}

/** The folder, or what of its path is there. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

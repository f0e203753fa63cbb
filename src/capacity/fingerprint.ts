import { readdirSync, statSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { isEngine } from './plan.ts';

type Words = Readonly<Record<string, string>>;

/** What figures were measured with. Where any of it is another, they are of something else. */
export interface Fingerprint {
  readonly machine: Words;
  readonly model: Words;
  readonly config: Words;
}

/** Of this machine, the configuration's model, and the keys that say how often and how much it looks. */
export function fingerprintOf(config: Config): Fingerprint {
  const machine = { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: String(availableParallelism()), memory_mb: String(Math.round(memoryMb())), node: process.versions.node.split('.')[0] ?? '' };
  // whose keys say nothing where the model runs here
  const engine = isEngine(config) ? flat('engine', config.engine) : {};
  return {
    machine,
    model: { ...flat('model', config.model), weights: weightsOf(config), ...engine },
    config: { ...flat('window', config.window), ...flat('video_processor', config.video_processor) },
  };
}

/** What differs, one line each: `window.hop is 0.5, and was 1`. */
export function differences(then: Fingerprint, now: Fingerprint): string[] {
  return (['machine', 'model', 'config'] as const).flatMap((part) => {
    const [before, after] = [then[part], now[part]];
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
    return names.map((name) => `${part === 'machine' ? `${part}.` : ''}${name} is ${after[name] ?? 'not set'}, and was ${before[name] ?? 'not set'}`);
  });
}

/** Memory that this machine or this container may use, MB. */
export function memoryMb(): number {
  const allowed = process.constrainedMemory();
  return (allowed > 0 && allowed < totalmem() ? allowed : totalmem()) / 2 ** 20;
}

/** A model that was exchanged under the same name has other files. */
function weightsOf({ model }: Config): string {
  try {
    const files = readdirSync(model.name).filter((name) => name.endsWith('.safetensors'));
    return files.reduce((sum, name) => sum + statSync(join(model.name, name)).size, 0) + ' bytes';
  } catch {
    // an engine's model has no folder here, and a missing one is told elsewhere
    return 'not here';
  }
}

/** A section's keys as words. Secrets print as [redacted]. */
function flat(section: string, values: unknown): Words {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined).map(([key, value]) => [`${section}.${key}`, (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 400)]));
}

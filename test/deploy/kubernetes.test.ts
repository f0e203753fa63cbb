import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { healthRoutes } from '../../src/api/routes/health.ts';
import { environmentIn } from './environment.ts';
import { check, DEPLOY, manifests } from './manifests.ts';
import type { Container, Manifest, Pod } from './manifests.ts';

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { name: string; files?: readonly string[]; envs?: readonly string[] }[];
}

const kustomization = parse(readFileSync(join(DEPLOY, 'kustomization.yaml'), 'utf8')) as Kustomization;
const site = manifests(...kustomization.resources);
const all = [...site, ...manifests('kubernetes/history/history.yaml')];
const secret = manifests('kubernetes/secret.example.yaml')[0];
const fleet = environmentIn('fleet.env');

/** ConfigMaps as kustomize makes them: name → keys. */
const configMaps = new Map(
  kustomization.configMapGenerator.map(({ name, files = [], envs = [] }) => [
    name,
    [...files.map((file) => file.split('/').at(-1) ?? ''), ...envs.flatMap((file) => Object.keys(environmentIn(file)))],
  ]),
);
const kinds = (...wanted: readonly string[]): Manifest[] => all.filter(({ kind }) => wanted.includes(kind));
const workloads = kinds('StatefulSet', 'Deployment').map((manifest) => {
  const pod = manifest.spec?.template;
  if (!pod) throw new Error(`${manifest.metadata.name} has no template`);
  return { name: manifest.metadata.name, manifest, labels: pod.metadata.labels, pod: pod.spec, containers: [...(pod.spec.initContainers ?? []), ...pod.spec.containers] };
});
const workload = (name: string): (typeof workloads)[number] => {
  const found = workloads.find((one) => one.name === name);
  if (!found) throw new Error(`no workload ${name}`);
  return found;
};
const container = (name: string): Container => {
  const [first] = workload(name).pod.containers;
  if (!first) throw new Error(`${name} has no container`);
  return first;
};

/** A manifest with one thing changed. */
function changed(manifest: Manifest, change: (copy: { spec: { template: { spec: Pod & Record<string, unknown> }; replicas: unknown } }) => void): Manifest {
  const copy = structuredClone(manifest) as Manifest & Parameters<typeof change>[0];
  change(copy);
  return copy;
}

describe('schemas', () => {
  test.each([...all, ...(secret ? [secret] : [])].map((one) => [`${one.kind} ${one.metadata.name}`, one] as const))('%s is what its schema says', (_, manifest) => {
    expect(() => check(manifest)).not.toThrow();
  });

  test('what is misspelt, of a wrong type or missing is found', () => {
    const { manifest } = workload('lookout');
    expect(() => check(changed(manifest, (copy) => (copy.spec.replicas = 'three')))).toThrow(/replicas/);
    expect(() => check(changed(manifest, (copy) => (copy.spec.template.spec.runAsNonRot = true)))).toThrow(/unknown \/spec\/template\/spec\/runAsNonRot/);
    expect(() => check(changed(manifest, (copy) => Reflect.deleteProperty(copy.spec, 'selector')))).toThrow(/selector/);
    expect(() => check({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'x' } })).toThrow(/no schema/);
  });

  const kubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;
  test.skipIf(!kubectl)(kubectl ? 'kustomize builds both' : 'kustomize builds both: there is no kubectl here', () => {
    const dir = mkdtempSync(join(tmpdir(), 'lookout-kustomize-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    cpSync(DEPLOY, dir, { recursive: true });
    writeFileSync(join(dir, 'fleet.env'), readFileSync(join(dir, 'fleet.env'), 'utf8').replace(/LOOKOUT_SHARDS=\d+/, 'LOOKOUT_SHARDS=5'));
    const built = execFileSync('kubectl', ['kustomize', dir], { encoding: 'utf8' }).split(/^---$/m).map((text) => parse(text) as Manifest & { data?: Record<string, string> });
    expect(built.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'lookout')?.spec?.replicas).toBe(5);
    expect(built.find(({ metadata }) => metadata.name.startsWith('lookout-fleet-'))?.data?.LOOKOUT_SHARDS).toBe('5');
    // those that daemons take up while they run keep their names
    expect(built.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['lookout-config', 'lookout-rules']));
    expect(built.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'lookout')).toEqual([]);
    expect(execFileSync('kubectl', ['kustomize', join(dir, 'kubernetes/history')], { encoding: 'utf8' })).toContain('kind: StatefulSet');
  });
});

describe('references', () => {
  test('there are as many daemons as each of them is told', () => {
    expect(workload('lookout').manifest.spec?.replicas).toBe(Number(fleet.LOOKOUT_SHARDS));
    const env = container('lookout').env ?? [];
    const order = env.map(({ name }) => name);
    // a variable may only name those before it
    expect(order.indexOf('LOOKOUT_SHARD')).toBeGreaterThan(Math.max(order.indexOf('POD_INDEX'), order.indexOf('LOOKOUT_SHARDS')));
    expect(env.find(({ name }) => name === 'LOOKOUT_SHARD')?.value).toBe('$(POD_INDEX)/$(LOOKOUT_SHARDS)');
    expect(workload('lookout').manifest.spec).toMatchObject({ ordinals: { start: 1 } });
  });

  test('keys of ConfigMaps and of the Secret are there, and the example names what secrets.env has', () => {
    expect(Object.keys(secret?.stringData ?? {}).sort()).toEqual(Object.keys(environmentIn('secrets.env.example')).sort());
    for (const { containers, pod } of workloads) {
      for (const { valueFrom } of containers.flatMap(({ env = [] }) => env)) {
        if (valueFrom?.configMapKeyRef) expect(configMaps.get(valueFrom.configMapKeyRef.name)).toContain(valueFrom.configMapKeyRef.key);
        if (valueFrom?.secretKeyRef) {
          expect(valueFrom.secretKeyRef.name).toBe(secret?.metadata.name);
          expect(Object.keys(secret?.stringData ?? {})).toContain(valueFrom.secretKeyRef.key);
        }
      }
      for (const { configMapRef } of containers.flatMap(({ envFrom = [] }) => envFrom)) expect([...configMaps.keys()]).toContain(configMapRef.name);
      for (const { configMap } of pod.volumes ?? []) if (configMap) expect([...configMaps.keys()]).toContain(configMap.name);
    }
    expect(readdirSync(join(DEPLOY, 'lookout/rules')).sort()).toEqual([...(configMaps.get('lookout-rules') ?? [])].sort());
  });

  test('each mount has its volume, and each volume is mounted', () => {
    for (const { manifest, pod, containers } of workloads) {
      const there = [...(pod.volumes ?? []).map(({ name }) => name), ...(manifest.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name)].sort();
      expect([...new Set(containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)))].sort()).toEqual(there);
    }
  });

  test('services, budgets, policies and scaling find their pods and ports', () => {
    const matching = (labels: Record<string, string> = {}): typeof workloads => workloads.filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value));
    const portsOf = (found: typeof workloads): string[] => found.flatMap(({ containers }) => containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name)));
    for (const { spec } of kinds('Service')) {
      const found = matching(spec?.selector as Record<string, string>);
      expect(found).toHaveLength(1);
      for (const { targetPort } of spec?.ports ?? []) expect(portsOf(found)).toContain(targetPort);
    }
    for (const { spec } of kinds('PodDisruptionBudget')) expect(matching(spec?.selector?.matchLabels)).toHaveLength(1);
    for (const { metadata, spec } of kinds('NetworkPolicy').filter(({ metadata: { name } }) => name !== 'nobody')) {
      const found = matching(spec?.podSelector?.matchLabels);
      expect(found.map(({ name }) => name)).toEqual([metadata.name]);
      for (const { port } of (spec?.ingress ?? []).flatMap(({ ports }) => ports)) if (typeof port === 'string') expect(portsOf(found)).toContain(port);
    }
    for (const { manifest } of workloads.filter((one) => one.manifest.kind === 'StatefulSet')) {
      expect(kinds('Service').map(({ metadata }) => metadata.name)).toContain(manifest.spec?.serviceName);
    }
    for (const { spec } of kinds('ScaledObject')) expect(workload(spec?.scaleTargetRef?.name ?? '').manifest.kind).toBe(spec?.scaleTargetRef?.kind);
    // whose number is set by another does not say it itself: each apply would take it back
    expect(workload('engine').manifest.spec?.replicas).toBeUndefined();
  });

  test('addresses name services and their ports', () => {
    const served = kinds('Service').flatMap(({ metadata, spec }) => (spec?.ports ?? []).map(({ port }) => `${metadata.name}:${port}`));
    const urls = [fleet.MQTT_URL, fleet.ENGINE_URL, ...(container('history').env ?? []).filter(({ name }) => name === 'MQTT_URL').map(({ value }) => value)];
    for (const url of urls) expect(served).toContain(new URL(url ?? '').host);
  });

  test('daemons are asked what they answer', () => {
    const paths = healthRoutes({ status: () => 'ok', ready: () => true }).map(({ path }) => path);
    const { startupProbe, livenessProbe, readinessProbe } = container('lookout');
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet.path)).toEqual(['/v1/health', '/v1/health', '/v1/health/ready']);
    expect(paths).toEqual(['/v1/health', '/v1/health/ready']);
  });
});

describe('pods', () => {
  test.each(workloads.map((one) => [one.name, one] as const))('%s is held tightly, and asks for what it needs', (name, { pod, containers }) => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const { image, securityContext, resources } of containers) {
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: name !== 'broker' });
      expect(Object.keys(resources.requests)).toEqual(expect.arrayContaining(['cpu', 'memory']));
      expect(Object.keys(resources.limits)).toContain('memory');
      expect(image).toMatch(/:v?\d+\.\d+\.\d+(-\w+)?$/);
    }
    // who needs the cluster's API has an account of its own
    expect(pod.serviceAccountName === undefined).toBe(pod.automountServiceAccountToken === false);
  });

  test('all that serve are probed, and the engine has a GPU', () => {
    for (const { name, containers } of workloads.filter((one) => one.name !== 'history')) for (const one of containers) expect([name, Boolean(one.livenessProbe && one.readinessProbe)]).toEqual([name, true]);
    expect(container('engine').resources).toMatchObject({ requests: { 'nvidia.com/gpu': 1 }, limits: { 'nvidia.com/gpu': 1 } });
    expect(container('engine').args).toEqual(expect.arrayContaining(['--enable-prefix-caching', '--max-model-len=32768']));
  });
});

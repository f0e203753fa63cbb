import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

export const DEPLOY = join(import.meta.dirname, '../../configs/deploy');

/** The kinds that are deployed, each with the check that comes of Kubernetes' OpenAPI document, or of KEDA's. */
const KINDS = [Deployment, Namespace, NetworkPolicy, PodDisruptionBudget, Role, RoleBinding, ScaledObject, Secret, Service, ServiceAccount, StatefulSet];

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly { name: string; value?: string; valueFrom?: { configMapKeyRef?: { name: string; key: string }; secretKeyRef?: { name: string; key: string } } }[];
  readonly envFrom?: readonly { configMapRef: { name: string } }[];
  readonly ports?: readonly { name: string; containerPort: number }[];
  readonly volumeMounts?: readonly { name: string; mountPath: string }[];
  readonly resources: { requests: Record<string, unknown>; limits: Record<string, unknown> };
  readonly securityContext: Record<string, unknown>;
  readonly [probe: `${string}Probe`]: { httpGet: { path: string; port: string } } | undefined;
}

export interface Pod {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { name: string; configMap?: { name: string } }[];
}

/** What the checks of references look at; which of it a kind has, its own schema says. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly serviceName?: string;
    readonly replicas?: number;
    readonly template?: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: Pod };
    readonly selector?: { readonly matchLabels?: Record<string, string> } & Record<string, unknown>;
    readonly podSelector?: { readonly matchLabels?: Record<string, string> };
    readonly ports?: readonly { name: string; port: number; targetPort?: string }[];
    readonly ingress?: readonly { from: readonly unknown[]; ports: readonly { port: string | number }[] }[];
    readonly volumeClaimTemplates?: readonly { metadata: { name: string } }[];
    readonly scaleTargetRef?: { kind: string; name: string };
  };
  readonly stringData?: Record<string, string>;
}

/** The documents of files under configs/deploy, as YAML. */
export function manifests(...files: readonly string[]): Manifest[] {
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(DEPLOY, file), 'utf8'), { merge: true }).map((document) => {
      if ('errors' in document && document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
      return document.toJS() as Manifest;
    }),
  );
}

/**
 * Checks a manifest against its kind's schema, which lets keys pass that it does not know: those that it never asks for are found by
 * listening. @throws Error that names what is wrong
 */
export function check(manifest: Manifest): void {
  const kind = KINDS.find((one) => one.apiVersion === manifest.apiVersion && one.kind === manifest.kind);
  if (!kind) throw new Error(`no schema for ${manifest.apiVersion} ${manifest.kind}`);
  const asked = new Set<string>();
  Reflect.apply(kind.prototype.validate, listening(manifest, '', asked), []);
  const unknown = paths(manifest, '').filter((path) => !asked.has(path));
  if (unknown.length > 0) throw new Error(`${manifest.kind} ${manifest.metadata.name}: unknown ${unknown[0]}`);
}

function listening<T extends object>(value: T, at: string, asked: Set<string>): T {
  return new Proxy(value, {
    get(target, key): unknown {
      const inner: unknown = Reflect.get(target, key);
      if (typeof key === 'string') asked.add(`${at}/${key}`);
      return typeof inner === 'object' && inner !== null ? listening(inner, `${at}/${String(key)}`, asked) : inner;
    },
  });
}

function paths(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${at}/${key}`, ...paths(inner, `${at}/${key}`)]);
}

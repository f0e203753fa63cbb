import { connectAsync } from 'mqtt';
import { z } from 'zod';
import { alertPayloadSchema } from '../../src/alerts/payload.ts';
import type { AlertPayload } from '../../src/alerts/payload.ts';

/** An alert in one phase as it was accepted last. */
export interface Accepted {
  readonly alert: AlertPayload;
  /** wall clock of its first arrival, ms */
  readonly at: number;
}

export interface CameraState {
  readonly state: string;
  readonly since_ms: number;
}

/** An event or a gap as it was told last. */
const told = z.looseObject({ id: z.string(), revision: z.number(), phase: z.string(), start_ms: z.number(), end_ms: z.number().nullable() });
export type Told = z.infer<typeof told>;

/** A subscriber as careful as README's section "Messages" asks for: a session that the broker keeps, and the same id and phase accepted once. */
export interface Consumer {
  /** by `<id> <phase>` */
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** messages that said again what had been accepted, word for word */
  readonly repeated: number;
  /** retained states of cameras, the newest */
  readonly cameras: ReadonlyMap<string, CameraState>;
  /** events and gaps by their ids, each in its highest revision */
  readonly history: ReadonlyMap<string, Told>;
  end(): Promise<void>;
}

/** What differs between two deliveries of one message. */
function said(alert: AlertPayload): string {
  return JSON.stringify({ ...alert, published_at: null, published_at_ms: null, latency_ms: null });
}

/** Hears everything under `prefix`; goes on through the broker's deaths. */
export async function consumer(url: string, prefix: string): Promise<Consumer> {
  const accepted = new Map<string, Accepted>();
  const cameras = new Map<string, CameraState>();
  const history = new Map<string, Told>();
  let repeated = 0;
  const client = await connectAsync(url, { clientId: 'fleet-consumer', clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 3600 }, reconnectPeriod: 100 });
  client.on('error', () => undefined);
  const alert = (payload: Buffer): void => {
    const one = alertPayloadSchema.parse(JSON.parse(payload.toString('utf8')));
    const key = `${one.id} ${one.phase}`;
    const known = accepted.get(key);
    if (known && said(known.alert) === said(one)) repeated += 1;
    else accepted.set(key, { alert: one, at: known?.at ?? Date.now() });
  };
  const entry = (payload: Buffer): void => {
    const one = told.parse(JSON.parse(payload.toString('utf8')));
    if (one.revision > (history.get(one.id)?.revision ?? -1)) history.set(one.id, one);
  };
  client.on('message', (topic, payload) => {
    const [kind, camera] = topic.split('/').reverse();
    if (kind === 'alert') alert(payload);
    else if (kind === 'event' || kind === 'coverage') entry(payload);
    else if (kind === 'status' && camera) {
      if (payload.length > 0) cameras.set(camera, JSON.parse(payload.toString('utf8')) as CameraState);
      else cameras.delete(camera);
    }
  });
  await client.subscribeAsync(`${prefix}/#`, { qos: 1 });
  return {
    accepted, cameras, history,
    get repeated() {
      return repeated;
    },
    end: () => client.endAsync(true),
  };
}

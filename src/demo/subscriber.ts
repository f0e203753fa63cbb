import { connectAsync } from 'mqtt';
import { Subject, type Observable } from 'rxjs';
import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import type { ReceivedAlert } from './scoreboard.ts';

/** What a stranger needs of an alert's message; the rest is let be. */
const alertMessage = z.object({ id: z.string(), phase: z.string(), rule: z.string(), event_id: z.string().nullable(), event: z.string(), start_ms: z.number() });
const statusMessage = z.object({ state: z.string() });

export interface HeardAlert extends ReceivedAlert {
  readonly text: string;
  /** as the message tells it, ms */
  readonly start: number;
}

export interface HeardStatus {
  readonly camera: string;
  readonly state: string;
}

export interface Subscriber {
  /** First messages of alerts, in order of arrival; a repeated message is there twice. */
  readonly alerts: readonly HeardAlert[];
  readonly alerts$: Observable<HeardAlert>;
  readonly status$: Observable<HeardStatus>;
  /** messages on alert topics that could not be understood */
  unreadable(): number;
  close(): Promise<void>;
}

/** Alerts that are kept; far beyond what a demo brings about. */
const MAX_ALERTS = 10_000;

/**
 * Hear Lookout's alerts as anybody would: an MQTT client of its own that knows the topics and the JSON, nothing else.
 * @throws LookoutError BROKER_UNREACHABLE
 */
export async function subscribeAlerts(opts: { url: string; prefix: string; now?: () => number }): Promise<Subscriber> {
  const { url, prefix, now = Date.now } = opts;
  const alerts: HeardAlert[] = [];
  const alerts$ = new Subject<HeardAlert>();
  const status$ = new Subject<HeardStatus>();
  let unreadable = 0;

  const client = await connectAsync(url, { protocolVersion: 4, clientId: `demo-viewer-${process.pid}`, connectTimeout: 5000 }, false).catch((cause: unknown) => {
    throw new LookoutError('BROKER_UNREACHABLE', `${url}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  });
  client.on('message', (topic, payload) => {
    const at = now();
    const [camera, kind] = topic.slice(prefix.length + 1).split('/');
    const message = parse(payload);
    if (kind === 'status') {
      const status = statusMessage.safeParse(message);
      if (status.success && camera) status$.next({ camera, state: status.data.state });
      return;
    }
    const read = alertMessage.safeParse(message);
    if (!read.success) unreadable += 1;
    if (!read.success || read.data.phase !== 'new' || alerts.length >= MAX_ALERTS) return;
    const { id, rule, event_id: eventId, event: text, start_ms: start } = read.data;
    const alert = { id, rule, eventId: eventId ?? '', at, text, start };
    alerts.push(alert);
    alerts$.next(alert);
  });
  await client.subscribeAsync({ [`${prefix}/+/alert`]: { qos: 1 }, [`${prefix}/+/status`]: { qos: 0 } });
  return {
    alerts,
    alerts$: alerts$.asObservable(),
    status$: status$.asObservable(),
    unreadable: () => unreadable,
    close: async () => {
      alerts$.complete();
      status$.complete();
      await client.endAsync(true);
    },
  };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}

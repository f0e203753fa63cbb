import { connectAsync } from 'mqtt';
import type { IClientOptions } from 'mqtt';
import { setTimeout as sleep } from 'node:timers/promises';
import { alertPayloadSchema } from '../../src/alerts/payload.ts';
import type { AlertPayload } from '../../src/alerts/payload.ts';

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: number;
}

/** Someone who listens to everything, in a durable session: what comes while it is away is kept for it. */
export interface Subscriber {
  readonly messages: readonly Message[];
  on(topic: string): Message[];
  alerts(): AlertPayload[];
  publish(topic: string, payload: string, opts?: { retain?: boolean }): Promise<unknown>;
  end(): Promise<void>;
}

export async function subscriber(url: string, opts: IClientOptions = {}, topic = '#'): Promise<Subscriber> {
  const client = await connectAsync(url, { clientId: `watcher-${process.pid}-${Math.random()}`, clean: false, reconnectPeriod: 100, ...opts });
  const messages: Message[] = [];
  client.on('error', () => undefined);
  client.on('message', (name, payload, { retain, qos }) => messages.push({ topic: name, payload: payload.toString('utf8'), retain, qos }));
  await client.subscribeAsync(topic, { qos: 1 });
  return {
    messages,
    on: (name) => messages.filter((m) => m.topic === name),
    alerts: () => messages.filter((m) => m.topic.endsWith('/alert')).map((m) => alertPayloadSchema.parse(JSON.parse(m.payload))),
    publish: (name, payload, more) => client.publishAsync(name, payload, { qos: 1, ...more }),
    end: () => client.endAsync(true),
  };
}

/** Waits until something holds; fails with `what` after `ms`. */
export async function until(what: string, holds: () => boolean, ms = 30_000): Promise<void> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await sleep(20);
  }
}

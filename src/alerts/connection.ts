import { connect, ErrorWithReasonCode } from 'mqtt';
import type { IClientPublishOptions, MqttClient } from 'mqtt';
import type { LookoutError } from '../errors.ts';
import { asError, brokerError, isProtocolRefusal } from './brokerError.ts';
import { accessOptions } from './tls.ts';
import type { BrokerAccess } from './tls.ts';

export interface BrokerOptions extends BrokerAccess {
  readonly clientId: string;
  /** the retained topic that says online or offline */
  readonly available: string;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** The payload is JSON; with what subscribers may sort by without reading it. Told to brokers that speak MQTT 5. */
  readonly json?: Readonly<Record<string, string>>;
  /** so long the broker keeps it for who is away, s; told to brokers that speak MQTT 5. By default as long as it likes */
  readonly expiry?: number | undefined;
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  /** kept by the broker from before, and not said now */
  readonly retain: boolean;
}

/** `heard` is false where a broker that speaks MQTT 5 says that nobody is subscribed. */
export type Published = (refusal: Error | undefined, heard: boolean) => void;

/** One connection to the broker, from its acceptance to its loss. */
export interface Connection {
  /** `done` is called once at most: with QoS 1 when the broker acknowledges or refuses; not at all if the connection is lost. */
  publish(topic: string, payload: string, opts: PublishOptions, done?: Published): void;
  /** `done` is told which of the topics the broker refuses; not called if the connection is lost. */
  subscribe(topics: readonly string[], done: (refused: readonly string[]) => void): void;
  unsubscribe(topic: string): void;
  /** how many QoS 1 messages the broker takes unacknowledged */
  readonly receiveMaximum: number;
  /** the longest payload that the broker takes, bytes */
  readonly mostBytes: number;
  /** more waits in the socket than should be added to */
  readonly backedUp: boolean;
  /** Says goodbye, so that the will is not published. */
  end(): Promise<void>;
}

export interface ConnectionEvents {
  up(connection: Connection): void;
  message(message: Message): void;
  /** exactly once, whether it was up or not */
  down(why: LookoutError, unknownProtocol: boolean): void;
}

/** MQTT 5, whose broker says when it refuses a message, or 3.1.1, where the broker knows no better. */
export type ProtocolVersion = 4 | 5;

const KEEPALIVE_S = 15;
const CONNECT_TIMEOUT = 10_000;
const GOODBYE_TIMEOUT = 1000;
const MAX_SOCKET_BYTES = 1 << 20;
/** What is sent to us is commands and our own announcement; brokers that speak MQTT 5 keep the rest to themselves. */
const MAX_PACKET_BYTES = 4 << 20;

/**
 * Tries once to connect; never throws. Nothing is queued in the client and it does not reconnect: what has not been
 * acknowledged is in the outbox, and there only.
 */
export function openConnection(opts: BrokerOptions, version: ProtocolVersion, events: ConnectionEvents): { abort(): void } {
  let failure: Error | undefined;
  let client: MqttClient;
  try {
    client = connect(opts.url, clientOptions(opts, version));
  } catch (error) {
    setImmediate(() => events.down(brokerError(opts.url, asError(error)), false));
    return { abort: () => undefined };
  }
  client.on('connect', (packet) => events.up(connectionOf(client, version, packet.properties ?? {})));
  client.on('message', (topic, payload, { retain }) => events.message({ topic, payload, retain }));
  client.on('disconnect', (packet) => {
    failure ??= new Error(`the broker ended the connection (reason ${packet.reasonCode ?? 0})`);
  });
  // Stays on for good: a socket may report more than one error, and one that nobody hears would end the process.
  client.on('error', (error) => {
    failure ??= error;
    client.end(true);
  });
  client.once('close', () => {
    client.end(true);
    events.down(brokerError(opts.url, failure), isProtocolRefusal(failure, version));
  });
  return { abort: () => void client.end(true) };
}

function clientOptions(opts: BrokerOptions, protocolVersion: ProtocolVersion): NonNullable<Parameters<typeof connect>[1]> {
  return {
    ...accessOptions(opts),
    clientId: opts.clientId,
    protocolVersion,
    clean: true,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT,
    reconnectPeriod: 0,
    queueQoSZero: false,
    ...(protocolVersion === 5 ? { properties: { maximumPacketSize: MAX_PACKET_BYTES } } : {}),
    will: { topic: opts.available, payload: Buffer.from('offline'), qos: 1, retain: true },
  };
}

/** PUBACK's reason "no matching subscribers". */
const NOBODY = 16;
/** From here on a SUBACK's code is a refusal. */
const REFUSAL = 128;

/** Topic, user properties and what else a packet holds besides its payload are shorter than this, bytes. */
const PACKET_HEAD = 1024;

function connectionOf(client: MqttClient, version: ProtocolVersion, limits: { receiveMaximum?: number; maximumPacketSize?: number }): Connection {
  // The client tells of refusals only; that nobody listens it keeps to itself.
  const unheard = new Set<number>();
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'puback' && packet.reasonCode === NOBODY) unheard.add(packet.messageId ?? 0);
  });
  return {
    receiveMaximum: limits.receiveMaximum ?? 65_535,
    mostBytes: (limits.maximumPacketSize ?? Number.POSITIVE_INFINITY) - PACKET_HEAD,
    publish(topic, payload, opts, done) {
      client.publish(topic, payload, publishOptions(opts, version), (error, packet) => {
        // A lost connection calls back with an error as well, but that one is no answer of the broker's.
        if (!error) done?.(undefined, !unheard.delete(packet?.messageId ?? 0));
        else if (error instanceof ErrorWithReasonCode && client.connected) done?.(error, true);
      });
    },
    subscribe(topics, done) {
      client.subscribe([...topics], { qos: 1 }, (error, _, packet) => {
        const codes = packet?.granted ?? [];
        if (client.connected) done(error ? topics.filter((_topic, index) => Number(codes[index] ?? REFUSAL) >= REFUSAL) : []);
      });
    },
    unsubscribe: (topic) => void client.unsubscribe(topic, () => undefined),
    get backedUp() {
      return client.stream.writableLength > MAX_SOCKET_BYTES;
    },
    end: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => client.end(true), GOODBYE_TIMEOUT);
        client.once('close', () => {
          clearTimeout(force);
          resolve();
        });
        client.publish(client.options.will?.topic ?? '', 'offline', { qos: 1, retain: true }, () => client.end());
      }),
  };
}

function publishOptions({ qos, retain, json, expiry }: PublishOptions, version: ProtocolVersion): IClientPublishOptions {
  if (!json || version !== 5) return { qos, retain };
  const expires = expiry === undefined ? {} : { messageExpiryInterval: expiry };
  // No user properties are none: an empty set of them makes a packet that brokers reject.
  const user = Object.keys(json).length > 0 ? { userProperties: { ...json } } : {};
  return { qos, retain, properties: { contentType: 'application/json', payloadFormatIndicator: true, ...expires, ...user } };
}

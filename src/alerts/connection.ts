import { connect, ErrorWithReasonCode } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { LookoutError } from '../errors.ts';
import { redactUrl } from '../secret.ts';
import type { Secret } from '../secret.ts';

export interface BrokerOptions {
  /** mqtt://, mqtts://, ws:// or wss:// */
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly clientId: string;
  /** the retained topic that says online or offline */
  readonly available: string;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** One connection to the broker, from its acceptance to its loss. */
export interface Connection {
  /** `done` is called once at most: with QoS 1 when the broker acknowledges or refuses; not at all if the connection is lost. */
  publish(topic: string, payload: string, opts: PublishOptions, done?: (refusal?: Error) => void): void;
  /** how many QoS 1 messages the broker takes unacknowledged */
  readonly receiveMaximum: number;
  /** more waits in the socket than should be added to */
  readonly backedUp: boolean;
  /** Says goodbye, so that the will is not published. */
  end(): Promise<void>;
}

export interface ConnectionEvents {
  up(connection: Connection): void;
  /** exactly once, whether it was up or not */
  down(why: LookoutError, unknownProtocol: boolean): void;
}

/** MQTT 5, whose broker says when it refuses a message, or 3.1.1, where the broker knows no better. */
export type ProtocolVersion = 4 | 5;

const KEEPALIVE_S = 15;
const CONNECT_TIMEOUT = 10_000;
const GOODBYE_TIMEOUT = 1000;
const MAX_SOCKET_BYTES = 1 << 20;

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
  client.on('connect', (packet) => events.up(connectionOf(client, packet.properties?.receiveMaximum ?? 65_535)));
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
    clientId: opts.clientId,
    username: opts.username,
    password: opts.password?.reveal(),
    protocolVersion,
    clean: true,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT,
    reconnectPeriod: 0,
    queueQoSZero: false,
    will: { topic: opts.available, payload: Buffer.from('offline'), qos: 1, retain: true },
  };
}

function connectionOf(client: MqttClient, receiveMaximum: number): Connection {
  return {
    receiveMaximum,
    publish(topic, payload, { qos, retain }, done) {
      client.publish(topic, payload, { qos, retain }, (error) => {
        // A lost connection calls back with an error as well, but that one is no answer of the broker's.
        if (!error) done?.();
        else if (error instanceof ErrorWithReasonCode && client.connected) done?.(error);
      });
    },
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

/** Reason codes of CONNACK, MQTT 3.1.1 and 5, that speak of who one is: bad password, not authorised, banned, bad method. */
const REFUSED = new Set([4, 5, 134, 135, 138, 140]);

function brokerError(url: string, cause: Error | undefined): LookoutError {
  const refused = cause instanceof ErrorWithReasonCode && REFUSED.has(cause.code);
  const detail = cause ? cause.message || String(codeOf(cause) ?? cause.name) : 'the connection was closed or never answered';
  const shown = `${redactUrl(url)}: ${detail.replace(/\s+/g, ' ').trim().replace(/[.:]$/, '')}.`;
  return new LookoutError(refused ? 'BROKER_REFUSED' : 'BROKER_UNREACHABLE', shown, { cause });
}

/** The broker does not speak this version: it says so, or answers in a way that cannot be read as this version's. */
function isProtocolRefusal(error: Error | undefined, version: ProtocolVersion): boolean {
  if (version !== 5 || error === undefined) return false;
  if (error instanceof ErrorWithReasonCode) return error.code === 1 || error.code === 132;
  return codeOf(error) === undefined && /pars|invalid|protocol/i.test(error.message);
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

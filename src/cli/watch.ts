import type { Command } from 'commander';
import { connect } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { asError, brokerError } from '../alerts/brokerError.ts';
import { accessOptions, brokerAccess } from '../alerts/tls.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { topics } from '../alerts/topics.ts';
import { LookoutError } from '../errors.ts';
import { redactUrl } from '../secret.ts';
import { configFile, configOption, jsonOption } from './options.ts';
import { localTime, print, progress, visible } from './print.ts';

interface WatchOptions {
  readonly config?: string;
  readonly events?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('watch')
    .summary('print alerts as they arrive, until Ctrl-C')
    .description('Subscribes to the broker and prints alerts as they arrive, and the coming and going of cameras, until Ctrl-C.')
    .option('--events', 'print every event as well')
    .addOption(jsonOption('one JSON object a line, {"topic", "message"}'))
    .addOption(configOption())
    .action((opts: WatchOptions) => watch(loadConfig(configFile(opts.config)).config, opts));
}

/** Resolves when the user has seen enough. @throws LookoutError BROKER_… before the first connection */
function watch({ mqtt, site }: Config, opts: WatchOptions): Promise<void> {
  const { prefix, shardAvailable } = topics(mqtt.prefix, site === undefined ? {} : { site });
  const client = connect(mqtt.url, { ...accessOptions(brokerAccess(mqtt)), connectTimeout: 5000 });
  const kinds = opts.events ? ['alert', 'status', 'event'] : ['alert', 'status'];
  client.on('message', (topic, payload) => show(topic.slice(prefix.length + 1), topic, payload, opts.json ?? false));
  return new Promise<void>((resolve, reject) => {
    let connected = false;
    client.on('connect', () => {
      connected = true;
      const wanted = [...kinds.map((kind) => `${prefix}/+/${kind}`), `${prefix}/available`, shardAvailable('+')];
      client.subscribe(wanted, { qos: 1 }, (error) => {
        // where the connection is lost meanwhile it is told by itself, and the next one subscribes anew
        if (!error) progress(`Connected to ${redactUrl(mqtt.url)}; waiting for alerts. Ctrl-C ends.`);
      });
    });
    client.on('error', (error) => {
      if (!connected) reject(brokerError(mqtt.url, asError(error)));
    });
    client.on('close', () => {
      if (connected) progress('The connection to the broker is lost; trying again …');
      else reject(new LookoutError('BROKER_UNREACHABLE', `${redactUrl(mqtt.url)} does not answer.`));
    });
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  }).finally(() => leave(client));
}

function leave(client: MqttClient): void {
  client.removeAllListeners('close');
  client.end(true);
}

function show(kind: string, topic: string, payload: Buffer, json: boolean): void {
  // what is no longer so
  if (payload.length === 0) return;
  const message = parse(payload.toString('utf8'));
  if (json) return print(JSON.stringify({ topic, message }));
  const at = localTime(Date.now()).slice(11, 19);
  if (kind === 'available') return print(`${at}  Lookout is ${visible(String(message))}`);
  const [camera = '', shard = ''] = kind.split('/');
  if (kind.endsWith('/available')) return print(`${at}  Shard ${shard} of Lookout is ${visible(String(message))}`);
  print(`${at}  ${visible(describe(kind, camera, message))}`);
}

function describe(kind: string, camera: string, message: unknown): string {
  const { state, severity, event, rule, start_ms: start, phase, reason } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  if (kind.endsWith('/status')) return `${camera} is ${String(state)}${reason ? ` (${String(reason)})` : ''}`;
  const when = typeof start === 'number' ? `, since ${localTime(start).slice(11)}` : '';
  if (kind.endsWith('/event')) return `${camera}: ${String(event)} (${String(phase)}${when})`;
  const later = phase === 'new' ? '' : ` (${String(phase)})`;
  return `${String(severity).toUpperCase()}  ${camera}: ${String(event)}${when}  [${String(rule)}]${later}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

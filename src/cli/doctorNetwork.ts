import { connectAsync } from 'mqtt';
import { connect, createServer } from 'node:net';
import type { CameraConfig, Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { redactUrl } from '../secret.ts';
import { brokerError } from './brokerError.ts';
import type { Check, Finding } from './doctor.ts';

type Outcome = Omit<Finding, 'name'>;

const PATIENCE_MS = 4000;

/** The broker, the RTMP port and the cameras that are pulled. */
export function networkChecks(config: Config): Check[] {
  const pulled = config.cameras.filter((camera) => camera.enabled && camera.url);
  return [
    { name: 'broker', run: () => broker(config.mqtt) },
    ...(config.rtmp.enabled ? [{ name: 'RTMP port', run: () => rtmpPort(config.rtmp) }] : []),
    ...pulled.map((camera) => ({ name: `camera ${camera.id}`, run: () => cameraHost(camera) })),
  ];
}

async function broker(mqtt: Config['mqtt']): Promise<Outcome> {
  const credentials = { ...(mqtt.username ? { username: mqtt.username } : {}), ...(mqtt.password ? { password: mqtt.password.reveal() } : {}) };
  try {
    const client = await connectAsync(mqtt.url, { ...credentials, connectTimeout: PATIENCE_MS, reconnectPeriod: 0 }, false);
    await client.endAsync(true);
    return { state: 'ok', detail: `${redactUrl(mqtt.url)} accepts Lookout` };
  } catch (error) {
    throw brokerError(error, mqtt.url);
  }
}

async function rtmpPort(rtmp: Config['rtmp']): Promise<Outcome> {
  const reason = await listenOnce(rtmp.host, rtmp.port);
  if (!reason) return { state: 'ok', detail: `${rtmp.host}:${rtmp.port} is free` };
  if (reason === 'EADDRINUSE') return { state: 'warn', detail: `${rtmp.host}:${rtmp.port} is taken: by a running Lookout, or by another program` };
  throw new LookoutError('PORT_IN_USE', `cannot listen on ${rtmp.host}:${rtmp.port}: ${reason}.`);
}

/** Listens for a moment. @returns why it cannot */
function listenOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

const PORTS: Record<string, number> = { 'rtsp:': 554, 'rtsps:': 322, 'rtmp:': 1935, 'rtmps:': 443 };

/** Whether anything listens there; `camera probe` looks at the stream itself. */
async function cameraHost(camera: CameraConfig): Promise<Outcome> {
  const { hostname, port, protocol } = new URL(camera.url?.reveal() ?? '');
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (PORTS[protocol] ?? 554) };
  const reason = await connectOnce(at.host, at.port);
  if (reason) throw new LookoutError('CAMERA_UNREACHABLE', `${at.host}:${at.port}: ${reason}.`);
  return { state: 'ok', detail: `${at.host}:${at.port} answers (\`lookout camera probe ${camera.id}\` looks at its stream)` };
}

function connectOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (reason?: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end()).once('timeout', () => end('no answer')).once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

import { connectAsync } from 'mqtt';
import { createServer } from 'node:net';
import { asError, brokerError } from '../alerts/brokerError.ts';
import { accessOptions, brokerAccess } from '../alerts/tls.ts';
import type { CameraConfig, Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { addressParts, parseAddress } from '../ingest/address.ts';
import { connectTo } from '../network/connect.ts';
import { redactUrl } from '../secret.ts';
import type { Check, Finding } from './doctor.ts';

type Outcome = Omit<Finding, 'name'>;

const PATIENCE_MS = 4000;

/** The broker, the RTMP port and the cameras that are pulled. */
export function networkChecks(config: Config): Check[] {
  const pulled = config.cameras.filter((camera) => camera.enabled && camera.url);
  return [
    { name: 'broker', run: () => broker(config.mqtt) },
    ...(config.rtmp.enabled ? [{ name: 'RTMP port', run: () => rtmpPort(config.rtmp) }] : []),
    ...pulled.map((camera) => ({ name: `camera ${camera.id}`, run: () => cameraHost(camera, config) })),
  ];
}

async function broker(mqtt: Config['mqtt']): Promise<Outcome> {
  try {
    const client = await connectAsync(mqtt.url, { ...accessOptions(brokerAccess(mqtt)), connectTimeout: PATIENCE_MS, reconnectPeriod: 0 }, false);
    await client.endAsync(true);
    return { state: 'ok', detail: `${redactUrl(mqtt.url)} accepts Lookout` };
  } catch (error) {
    throw brokerError(mqtt.url, asError(error));
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

/** Whether anything listens there, by the way that the daemon would take; `camera probe` looks at the stream itself. */
async function cameraHost({ id, url, tls }: CameraConfig, { network }: Config): Promise<Outcome> {
  const address = url?.reveal() ?? '';
  const { shown } = parseAddress(address);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new LookoutError('CAMERA_UNREACHABLE', `${shown}: no answer.`)), PATIENCE_MS);
  try {
    const { socket } = await connectTo({ ...addressParts(address), shown }, { rules: { allow: network.allow, tls }, purpose: 'camera', signal: patience.signal });
    socket.destroy();
    return { state: 'ok', detail: `${shown} answers (\`lookout camera probe ${id}\` looks at its stream)` };
  } finally {
    clearTimeout(timer);
  }
}

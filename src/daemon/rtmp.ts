import type { LoadedConfig } from '../config/load.ts';
import { ownCameras } from '../config/ownCameras.ts';
import type { Logger } from '../health/log.ts';
import { type RtmpServer, startRtmpServer } from '../ingest/rtmp/server.ts';

/** The door for cameras that push, where the configuration wants one. Throws PORT_IN_USE. */
export async function sendersPort(loaded: LoadedConfig, signal: AbortSignal, log: Logger): Promise<RtmpServer | null> {
  const { enabled, host, port } = loaded.config.rtmp;
  if (!enabled) return null;
  const server = await startRtmpServer({ host, port, keys: ownCameras(loaded).flatMap((camera) => camera.rtmp_key ?? []) }, signal, log);
  log.info({ host, port: server.port }, 'cameras may push over RTMP');
  return server;
}

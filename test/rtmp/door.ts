import { readdirSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { residentMb } from '../../src/health/memory.ts';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import type { RtmpServer } from '../../src/ingest/rtmp/server.ts';
import { Secret } from '../../src/secret.ts';

/** A door under test, with all it logs. */
export interface TestDoor {
  readonly server: RtmpServer;
  readonly port: number;
  logged(): string;
  /** of its process, without mapped files, MB; 0 while there is none */
  memory(): number;
  sockets(): number;
  close(): Promise<void>;
}

export async function openTestDoor(keys: readonly string[]): Promise<TestDoor> {
  const abort = new AbortController();
  const lines = new PassThrough();
  let text = '';
  lines.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const server = await startRtmpServer({ port: 0, keys: keys.map((key) => new Secret(key)) }, abort.signal, pino({ level: 'trace' }, lines));
  return {
    server,
    port: server.port,
    logged: () => text,
    memory: () => residentMb(server.child.pid),
    sockets: () => (server.child.pid ? readdirSync(`/proc/${server.child.pid}/fd`).length : 0),
    close: async () => {
      abort.abort();
      await server.child.stop();
    },
  };
}

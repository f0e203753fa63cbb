import { once } from 'node:events';
import { createServer } from 'node:net';
import { filter, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import { createLogger } from '../../src/health/log.ts';
import { openTestDoor } from './door.ts';
import { isPicture, openPeer, picture, play, publish } from './peer.ts';

const KEY = 'camera-of-the-front-door';

describe('the process of the door', () => {
  it('is back on its port after it was killed, knows its keys, and takes the camera again', async () => {
    const door = await openTestDoor([KEY]);
    const { child } = door.server;
    const { pid } = child;
    const killed = performance.now();
    process.kill(pid ?? 0, 'SIGKILL');
    await firstValueFrom(child.state$.pipe(filter((state) => state === 'down')));
    await firstValueFrom(child.state$.pipe(filter((state) => state === 'up')));
    console.info(`up again ${Math.round(performance.now() - killed)} ms after kill -9`);
    expect(child.pid).not.toBe(pid);
    const reader = openPeer(door.port, { bytes: play(KEY) });
    await reader.until(({ payload }) => payload.includes('Play.Start'));
    const camera = openPeer(door.port, { bytes: Buffer.concat([publish(KEY), picture(true, Buffer.from('back'))]) });
    expect((await reader.until(isPicture)).payload.includes('back')).toBe(true);
    for (const { socket } of [camera, reader]) socket.destroy();
    await door.close();
  });

  it('says that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(startRtmpServer({ port, keys: [] }, new AbortController().signal, createLogger({ level: 'silent' }))).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      detail: `RTMP port 127.0.0.1:${port} is already in use.`,
    });
    taken.close();
  });
});

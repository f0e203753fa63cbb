import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { watch } from '../ingest/watch.ts';
import { reply, rtspAnswers, serve } from './hostile.ts';
import type { HostileServer } from './hostile.ts';
import { SECRET } from './opening.ts';

let abort = new AbortController();
const servers: HostileServer[] = [];

afterEach(() => {
  abort.abort();
  abort = new AbortController();
  for (const server of servers.splice(0)) server.close();
});

/** Everything that can be seen of a process from outside. */
function visible(pid: number | undefined): string {
  return ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1')).join(' ');
}

const ANSWERS: Record<string, Parameters<typeof serve>[0]> = {
  'headers without end': (_request, socket) => {
    socket.write('RTSP/1.0 200 OK\r\n');
    const timer = setInterval(() => socket.write('X-Y: z\r\n'.repeat(10_000)), 20);
    socket.once('close', () => clearInterval(timer));
  },
  'a gigabyte to come': rtspAnswers({ DESCRIBE: (cseq) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Length: 1073741824\r\n\r\n${'x'.repeat(1_000_000)}` }),
  'a byte now and then': (_request, socket) => {
    const timer = setInterval(() => socket.write('R'), 500);
    socket.once('close', () => clearInterval(timer));
  },
  'noise once it plays': (request, socket) => {
    rtspAnswers({})(request, socket);
    if (!request.startsWith('PLAY')) return;
    const noise = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 7919) % 251));
    const timer = setInterval(() => socket.write(noise), 20);
    socket.once('close', () => clearInterval(timer));
  },
  'a gigabyte to come once it plays': (request, socket) => {
    rtspAnswers({})(request, socket);
    if (request.startsWith('PLAY')) socket.write(`RTSP/1.0 200 OK\r\nContent-Length: 1073741824\r\n\r\n${'x'.repeat(1_000_000)}`);
  },
  'a redirect': rtspAnswers({ DESCRIBE: (cseq) => reply(cseq, ['Location: rtsp://127.0.0.2:9/x'], '', '302 Found') }),
};

describe("a camera's process", { timeout: 120_000 }, () => {
  it.each(Object.keys(ANSWERS))('survives %s, tells it with a code, and shows no secret', async (name) => {
    const server = await serve(ANSWERS[name] ?? (() => undefined));
    servers.push(server);
    const watched = watch(`rtsp://joe:${SECRET}@127.0.0.1:${server.port}/${SECRET}?key=${SECRET}`, abort.signal);
    const { childPid } = watched.camera;
    const offline = await watched.until('offline');
    expect(offline).toMatchObject({ code: expect.stringMatching(/^(CAMERA_(UNREACHABLE|STALLED|NO_VIDEO)|REDIRECT_REFUSED)$/) as string });
    // it was the connection that ended, not the process
    expect(watched.camera.childPid).toBe(childPid);
    for (const text of [watched.logged(), JSON.stringify(offline), visible(childPid)]) expect(text).not.toContain(SECRET);
    const connections = server.connections;
    await expect.poll(() => server.connections, { timeout: 60_000 }).toBeGreaterThan(connections);
  });
});

import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { endProcess, freePort, serveRtsp } from './peers.ts';
import { medianError, TOLERANCE, watch } from './watch.ts';

let abort = new AbortController();
let peer: ChildProcess | undefined;

afterEach(async () => {
  abort.abort();
  abort = new AbortController();
  await endProcess(peer);
});

async function serve(args: readonly string[] = []): Promise<number> {
  const port = await freePort();
  peer = await serveRtsp(port, args);
  return port;
}

describe('a foreign RTSP camera', { timeout: 120_000 }, () => {
  it.each([
    ['TCP', 'tcp', []],
    ['TCP, with B-frames', 'tcp', ['--bframes', '2']],
    ['UDP', 'udp', []],
  ] as const)('over %s tells its time by its sender reports', async (_name, transport, args) => {
    const watched = watch(`rtsp://127.0.0.1:${await serve(args)}/cam`, abort.signal, { transport });
    await watched.until('online');
    await watched.more(40);
    const timed = watched.frames.filter((frame) => frame.timeSource === 'rtcp');
    expect(timed.length).toBeGreaterThan(8);
    expect(medianError(timed)).toBeLessThan(TOLERANCE);
    expect(medianError(watched.frames)).toBeLessThan(TOLERANCE);
  });

  it('is offline while its server is gone, and back with it', async () => {
    const port = await serve();
    const watched = watch(`rtsp://127.0.0.1:${port}/cam`, abort.signal);
    await watched.until('online');
    await watched.more(4);
    await endProcess(peer);
    const offline = await watched.until('offline');
    expect(offline).toMatchObject({ code: 'CAMERA_UNREACHABLE', since: watched.frames.at(-1)?.at });
    expect(offline.reason).toContain(`rtsp://127.0.0.1:${port}`);
    peer = await serveRtsp(port);
    await watched.until('online');
    await watched.more(4);
  });

  it('keeps its password out of sight, right or wrong', async () => {
    const port = await serve(['--password', 'joe:pa55word']);
    const right = watch(`rtsp://joe:pa55word@127.0.0.1:${port}/cam?token=pa55word`, abort.signal);
    const wrong = watch(`rtsp://joe:not-pa55word@127.0.0.1:${port}/cam`, abort.signal);
    await right.until('online');
    const offline = await wrong.until('offline');
    expect(offline).toMatchObject({ code: 'CAMERA_UNREACHABLE' });
    expect(offline.reason).toMatch(/401/);
    for (const text of [right.logged(), wrong.logged(), JSON.stringify(offline), ...commandLines()]) expect(text).not.toContain('pa55word@');
    for (const text of [right.logged(), wrong.logged(), ...commandLines([right.camera.childPid, wrong.camera.childPid])]) expect(text).not.toContain('pa55word');
  });
});

function commandLines(pids: readonly (number | undefined)[] = readdirSync('/proc').map(Number).filter(Boolean)): string[] {
  return pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      // a process that has ended meanwhile shows nothing
      return '';
    }
  });
}

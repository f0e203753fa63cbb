import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** live555's servers come with Debian's livemedia-utils, which not every release has. */
export function live555(program: 'live555ProxyServer' | 'live555MediaServer'): string | undefined {
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** live555 as a client of one RTSP server and a server of its own at `rtsp://127.0.0.1:<port>/proxyStream`. */
export async function proxyRtsp(program: string, port: number, url: string): Promise<ChildProcess> {
  const child = spawn(program, ['-t', '-p', String(port), url], { stdio: 'ignore' });
  await listening(port, child);
  return child;
}

/** live555 serving the files of a folder; it takes port 554, or 8554 where that is not to be had. */
export async function serveFolder(program: string, folder: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(program, [], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for (let tries = 0; tries < 100 && !said.includes('<filename>'); tries++) await sleep(50);
  const port = Number(/rtsp:\/\/[\d.]+(?::(\d+))?\/<filename>/.exec(said)?.[1] ?? 554);
  await listening(port, child);
  return { child, port };
}

/** An MP4 file of H.264 as the elementary stream that live555 reads. */
export function elementaryStream(file: string, to: string): void {
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', '-f', 'h264', '-y', to]);
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const socket = connect(port, '127.0.0.1');
    const ok = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (ok) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error('live555 did not start.');
}

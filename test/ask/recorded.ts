import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startRecording } from '../../src/camera/recording.ts';
import type { Recorded } from '../../src/camera/recordWire.ts';
import { saveClip } from '../../src/demo/clip.ts';
import type { Room } from '../../src/demo/room.ts';
import { EPOCH, ringOfFile } from '../media/recorded.ts';

/** The room's camera `room` from EPOCH on, recorded as the daemon does it: its packets, cut into files by wall clock, in `<folder>/recordings`. Stretches in seconds. */
export async function recordRoom(room: Room, folder: string, stretches: readonly (readonly [from: number, to: number])[]): Promise<void> {
  await saveClip(room, join(folder, 'room'), { width: 384, height: 256, fps: 10 });
  const often = join(folder, 'often.mp4');
  execFileSync('ffmpeg', ['-v', 'error', '-i', join(folder, 'room.mp4'), '-c:v', 'libx264', '-preset', 'veryfast', '-g', '10', '-bf', '2', often]);
  const { ring, close } = await ringOfFile(often, 'h264');
  const said: Recorded[] = [];
  const job = startRecording(ring, { folder: join(folder, 'recordings', 'room'), seconds: 4, continuous: false }, (message) => said.push(message));
  for (const [from, to] of stretches) job.told({ kind: 'record', from: EPOCH + from * 1000, to: EPOCH + to * 1000 });
  ring.cut();
  const seconds = stretches.reduce((sum, [from, to]) => sum + to - from, 0);
  while (said.filter(({ kind }) => kind === 'recorded').length < Math.floor(seconds / 4)) await setTimeout(50);
  await close();
}

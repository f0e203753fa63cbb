import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { LookoutError } from '../errors.ts';
import type { Room } from './room.ts';

export interface ClipFormat {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** As the demo's camera films it. */
export const CAMERA_FORMAT: ClipFormat = { width: 768, height: 512, fps: 15 };

/**
 * Films a room's story into `<base>.mp4` (H.264 with B-frames) and writes its truth beside it as `<base>.json`, in the form
 * that `lookout eval` reads: [{"event", "start", "end"}], seconds.
 * @throws LookoutError TOOL_MISSING, VIDEO_UNREADABLE
 */
export async function saveClip(room: Room, base: string, format: ClipFormat = CAMERA_FORMAT): Promise<void> {
  const labels = room.events.map(({ text: event, start, end }) => ({ event, start: round(start), end: round(end) }));
  await writeFile(`${base}.json`, `${JSON.stringify(labels, null, 2)}\n`);
  const { width, height, fps } = format;
  await new Promise<void>((resolve, reject) => {
    ffmpeg(Readable.from(pictures(room, format), { objectMode: false }))
      .inputFormat('rawvideo')
      .inputOptions(['-pix_fmt rgb24', `-video_size ${width}x${height}`, `-framerate ${fps}`])
      .videoCodec('libx264')
      .outputOptions(['-preset veryfast', '-crf 20', '-bf 2', '-pix_fmt yuv420p', '-movflags +faststart'])
      .on('error', (error: Error) => reject(filmingError(base, error)))
      .on('end', () => resolve())
      .save(`${base}.mp4`);
  });
}

function* pictures(room: Room, { width, height, fps }: ClipFormat): Generator<Buffer> {
  for (let n = 0; n < room.duration * fps; n++) yield Buffer.from(room.render(n / fps, width, height).buffer);
}

function filmingError(base: string, cause: Error): LookoutError {
  if (/cannot find ffmpeg/i.test(cause.message)) return new LookoutError('TOOL_MISSING', 'ffmpeg (package ffmpeg) is not installed.', { cause });
  return new LookoutError('VIDEO_UNREADABLE', `${base}.mp4 could not be written: ${cause.message.split('\n')[0] ?? ''}.`, { cause });
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

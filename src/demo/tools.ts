import { execFile } from 'node:child_process';
import { LookoutError } from '../errors.ts';

/** @throws LookoutError TOOL_MISSING where there is no ffmpeg, or one that cannot encode H.264 */
export async function requireEncoder(ffmpeg = 'ffmpeg'): Promise<void> {
  const help = await new Promise<string>((resolve, reject) => {
    execFile(ffmpeg, ['-hide_banner', '-h', 'encoder=libx264'], { timeout: 20_000 }, (error, stdout) => {
      if (error) reject(new LookoutError('TOOL_MISSING', `ffmpeg, package ffmpeg: ${error.code === 'ENOENT' ? 'not found' : error.message.trim()}.`, { cause: error }));
      else resolve(stdout);
    });
  });
  if (!help.startsWith('Encoder libx264')) throw new LookoutError('TOOL_MISSING', 'ffmpeg, package ffmpeg: the one here cannot encode H.264 (libx264).');
}

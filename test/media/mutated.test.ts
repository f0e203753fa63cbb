import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { programFor } from '../../src/health/program.ts';

it('clips and pictures of mutated streams end with a file or a code, and leave nothing half', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-mutated-'));
  const { file, flags } = programFor(new URL('./mutatedChild.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, folder, '60', '11']);
  const { came, memory, ...files } = JSON.parse(stdout) as { came: Record<string, number>; clips: string[]; memory: number };
  rmSync(folder, { recursive: true, force: true });
  expect(Object.keys(came).filter((what) => !['clip', 'picture', 'unreadable', 'MEDIA_GONE', 'MEDIA_WRITE', 'CAMERA_NO_VIDEO'].includes(what))).toEqual([]);
  expect([came.clip ?? 0, came.picture ?? 0].every((count) => count > 5)).toBe(true);
  expect(files.clips.filter((name) => name !== 'clip.mp4')).toEqual([]);
  expect(memory).toBeLessThan(500);
});

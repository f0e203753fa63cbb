import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordVideo } from '../bench/gateRecording.ts';
import { replay } from '../bench/gateReplay.ts';
import type { Replay } from '../bench/gateReplay.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'lookout-gate-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A still picture with sensor noise; something of 0.3 % of it swings over for a second at each of `starts` (s). */
async function filmed(name: string, seconds: number, starts: readonly number[], codec: readonly string[], noise: number): Promise<{ gated: Replay; full: Replay; packets: number }> {
  const path = join(folder, name);
  const swing = starts.map((s) => `40*(1-cos(2*PI*clip(t-${s},0,1)))`).join('+') || '0';
  const picture = `[0][1]overlay=y=150:x='330+${swing}':eval=frame,noise=alls=${noise}:allf=t:all_seed=7`;
  const inputs = ['-f', 'lavfi', '-i', 'smptehdbars=s=640x360:r=25', '-f', 'lavfi', '-i', 'color=c=0x907060:s=14x50:r=25'];
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...inputs, '-filter_complex', picture, '-t', String(seconds), '-pix_fmt', 'yuv420p', '-threads', '1', ...codec, path], { encoding: 'utf8', timeout: 90_000 });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
  const recording = await recordVideo(path);
  const opts = { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 };
  return { gated: replay(recording, opts, true), full: replay(recording, opts, false), packets: recording.packets.length };
}

const dense = (r: Replay, start: number): number => r.kept.filter((t) => t >= start - 0.5 && t <= start + 1).length;

describe('a camera’s H.264', () => {
  const CAMERA = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '25', '-g', '50'];

  it('is slept through where nothing moves, and what moves a little is kept with the frames before it', async () => {
    const starts = [30, 42];
    const { gated, full, packets } = await filmed('arm.mp4', 50, starts, CAMERA, 2);
    for (const start of starts) {
      expect(dense(full, start)).toBeGreaterThanOrEqual(3);
      expect(dense(gated, start)).toBeGreaterThanOrEqual(dense(full, start) - 1);
    }
    expect(gated.asleep / packets).toBeGreaterThan(0.4);
    expect(gated.wakes.filter((w) => !w.moved).length).toBeLessThanOrEqual(1);
    expect(gated.checks.length).toBeGreaterThanOrEqual(2);
  });

  it('that is made to fit a bit rate which noise fills is looked at all the time', async () => {
    const { gated, full, packets } = await filmed('filled.mp4', 40, [25], ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-b:v', '300k', '-minrate', '300k', '-maxrate', '300k', '-bufsize', '300k', '-g', '50'], 8);
    expect(gated.keyframesDecoded + gated.othersDecoded).toBeGreaterThan(0.9 * packets);
    expect(dense(gated, 25)).toBe(dense(full, 25));
  });
});

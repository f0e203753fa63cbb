import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { takeFolder, writeDemoConfig } from '../../src/demo/folder.ts';
import { createRoom } from '../../src/demo/room.ts';
import { demoSentences, onWallClock } from '../../src/demo/sentences.ts';
import { requireEncoder } from '../../src/demo/tools.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lookout-demo-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('the demo’s folder', () => {
  it('holds a configuration that every command can read', () => {
    const folder = takeFolder(join(base, 'demo'));
    const rules = demoSentences(createRoom(7));
    const file = writeDemoConfig(folder, { model: base, mqttUrl: 'mqtt://127.0.0.1:4242', rtmpPort: 0, pagePort: 0, rules });
    const loaded = loadConfig(file);
    expect(loaded.config.store.path).toBe(join(base, 'demo', 'lookout.db'));
    expect(loaded.config.cameras.map((camera) => camera.id)).toEqual(['room']);
    expect(loaded.rules.map((rule) => rule.id)).toEqual(rules.map((rule) => rule.id));
    expect(loaded.rules.map((rule) => rule.alert)).toContain('当有人坐下时提醒我');
    expect(statSync(file).mode & 0o077).toBe(0);
    folder.release();
  });

  it('starts with an empty log and keeps the rules that people added', () => {
    const first = takeFolder(join(base, 'demo'));
    writeFileSync(join(first.path, 'lookout.db'), 'old');
    writeFileSync(join(first.path, 'rules', 'mine.yaml'), 'alert: someone waves\n');
    first.release();
    const second = takeFolder(join(base, 'demo'));
    expect(second.path).toBe(first.path);
    expect(existsSync(join(second.path, 'lookout.db'))).toBe(false);
    expect(readFileSync(join(second.path, 'rules', 'mine.yaml'), 'utf8')).toContain('waves');
    second.release();
  });

  it('leaves a running demo’s folder alone', () => {
    const other = takeFolder(join(base, 'demo'));
    writeFileSync(join(other.path, 'demo.pid'), String(process.ppid));
    writeFileSync(join(other.path, 'lookout.db'), 'in use');
    const mine = takeFolder(join(base, 'demo'));
    expect(mine.path).not.toBe(other.path);
    expect(readFileSync(join(other.path, 'lookout.db'), 'utf8')).toBe('in use');
    mine.release();
  });

  it('says so when it cannot be written', () => {
    writeFileSync(join(base, 'file'), '');
    expect(() => takeFolder(join(base, 'file', 'demo'))).toThrow(expect.objectContaining({ code: 'CONFIG_WRITE' }) as Error);
  });
});

it('knows on the wall clock what satisfies which rule', () => {
  const room = createRoom(7, { duration: 90 });
  const story = onWallClock(room, demoSentences(room), 1_000_000);
  expect(story.length).toBe(room.events.length);
  room.events.forEach((event, i) => {
    expect(story[i]?.start).toBeCloseTo(1_000_000 + event.start * 1000, 6);
    expect(story[i]?.rules.includes('phone')).toBe(event.kind === 'picks_up_phone');
    expect(story[i]?.rules.includes('dark')).toBe(event.kind === 'light_off');
  });
});

it('wants an ffmpeg that encodes H.264', async () => {
  await expect(requireEncoder()).resolves.toBeUndefined();
  await expect(requireEncoder('no-such-ffmpeg')).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  await expect(requireEncoder('true')).rejects.toMatchObject({ code: 'TOOL_MISSING' });
});

import { chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addCamera, addRule, removeCamera, removeRule } from '../../src/config/edit.ts';
import { loadConfig } from '../../src/config/load.ts';
import { faultOf, folderWith } from './folder.ts';

const EXAMPLE = join(import.meta.dirname, '../../configs/lookout.yaml');

/** The example configuration in a folder of its own. */
function example(rules: Record<string, string> = {}): { file: string; folder: string; text: () => string } {
  const folder = folderWith({ 'configs/keep': '', ...rules });
  const file = join(folder, 'configs/lookout.yaml');
  copyFileSync(EXAMPLE, file);
  return { file, folder, text: () => readFileSync(file, 'utf8') };
}

describe('cameras', () => {
  test('are added with every other byte of the file kept, and removed again', () => {
    const { file, text } = example();
    const before = text();
    addCamera(file, { id: 'door', url: 'rtsp://viewer:${DOOR_PASSWORD}@192.168.1.20/stream1' });
    addCamera(file, { id: 'yard', rtmp_key: '0123456789abcdef', enabled: false });
    const added = 'cameras:\n  - id: door\n    url: rtsp://viewer:${DOOR_PASSWORD}@192.168.1.20/stream1\n  - id: yard\n    rtmp_key: 0123456789abcdef\n    enabled: false\n';
    expect(text()).toBe(before.replace('cameras: []\n', added));
    removeCamera(file, 'door');
    removeCamera(file, 'yard');
    expect(text()).toBe(before);
  });

  test('keep the comments of the others', () => {
    const folder = folderWith({ 'c.yaml': 'model: { name: m } # small\ncameras:\n  # the front\n  - id: a # first\n    url: rtsp://h/a\n  # the back\n  - id: b\n    url: rtsp://h/b\n' });
    const file = join(folder, 'c.yaml');
    addCamera(file, { id: 'c', url: 'rtsp://h/c' });
    removeCamera(file, 'b');
    expect(readFileSync(file, 'utf8')).toBe('model: { name: m } # small\ncameras:\n  # the front\n  - id: a # first\n    url: rtsp://h/a\n  - id: c\n    url: rtsp://h/c\n');
  });

  test.each([
    ['no list', 'model: { name: m }', 'model: { name: m }\ncameras:\n  - id: z\n    url: rtsp://h/z\n'],
    ['an empty section', 'cameras: # none yet\nmodel: { name: m }\n', 'cameras: # none yet\n  - id: z\n    url: rtsp://h/z\nmodel: { name: m }\n'],
    ['a list without indent', 'cameras:\n- id: a   # odd   spacing\n  url:   "rtsp://h/a"\n\nmodel:   { name: m }\n', 'cameras:\n- id: a   # odd   spacing\n  url:   "rtsp://h/a"\n- id: z\n  url: rtsp://h/z\n\nmodel:   { name: m }\n'],
    ['a list in brackets', 'cameras: [{ id: a, url: "rtsp://h/a" }] # short\nmodel: { name: m }\n', 'cameras: [ { id: a, url: "rtsp://h/a" }, { id: z, url: rtsp://h/z } ] # short\nmodel: { name: m }\n'],
    ['items that begin below their dash', 'cameras:\n  -\n    id: a\n    url: rtsp://h/a\nmodel: { name: m }\n', 'cameras:\n  - id: a\n    url: rtsp://h/a\n  - id: z\n    url: rtsp://h/z\nmodel: { name: m }\n'],
  ])('are added where there is %s', (_, before, after) => {
    const file = join(folderWith({ 'c.yaml': before }), 'c.yaml');
    addCamera(file, { id: 'z', url: 'rtsp://h/z' });
    expect(readFileSync(file, 'utf8')).toBe(after);
    removeCamera(file, 'z');
    expect(loadConfig(file, {}).config.cameras.some((camera) => camera.id === 'z')).toBe(false);
  });

  test('that would not load are refused, and nothing is written', () => {
    const { file, text } = example({ 'rules/r.yaml': 'alert: x y z\n' });
    addCamera(file, { id: 'door', url: 'rtsp://h/s' });
    const before = text();
    expect(faultOf(() => addCamera(file, { id: 'door', url: 'rtsp://h/s' })).code).toBe('CAMERA_EXISTS');
    expect(faultOf(() => addCamera(file, { id: 'x', url: 'ftp://h/s' })).code).toBe('CAMERA_URL_SCHEME');
    expect(faultOf(() => removeCamera(file, 'x')).code).toBe('CAMERA_NOT_FOUND');
    addRule(file, { id: 'only-door', alert: 'someone rings', cameras: ['door'] });
    expect(faultOf(() => removeCamera(file, 'door')).detail).toContain('rule only-door is for camera door');
    expect(text()).toBe(before);
  });
});

describe('rules', () => {
  test('get a file of their own, and lose it', () => {
    const { file, folder } = example();
    const { file: target } = addRule(file, { id: 'dianhua', alert: '当有人拿起电话时提醒我', cooldown: 30 });
    expect(readFileSync(target, 'utf8')).toBe('id: dianhua\nalert: 当有人拿起电话时提醒我\ncooldown: 30\n');
    expect(loadConfig(file, {}).rules.map((rule) => rule.alert)).toEqual(['当有人拿起电话时提醒我']);
    expect(faultOf(() => addRule(file, { id: 'dianhua', alert: 'another one' })).code).toBe('RULE_EXISTS');
    removeRule(file, 'dianhua');
    expect(readdirSync(join(folder, 'rules'))).toEqual([]);
    expect(faultOf(() => removeRule(file, 'dianhua')).code).toBe('RULE_NOT_FOUND');
  });

  test('leave a list, whose other rules and comments stay', () => {
    const { file, folder } = example({ 'rules/list.yaml': '# both of them\n- id: a\n  alert: x y z\n- id: b # stays\n  alert: x y z\n' });
    removeRule(file, 'a');
    expect(readFileSync(join(folder, 'rules/list.yaml'), 'utf8')).toContain('- id: b # stays\n  alert: x y z\n');
    expect(loadConfig(file, {}).rules.map((rule) => rule.id)).toEqual(['b']);
  });

  test('that would not load are refused, and nothing is written', () => {
    const { file, folder } = example();
    expect(faultOf(() => addRule(file, { id: 'r', alert: 'x y z', cameras: ['nowhere'] })).code).toBe('CONFIG_INVALID');
    expect(faultOf(() => addRule(file, { id: '../r', alert: 'x y z' })).code).toBe('CONFIG_INVALID');
    expect(existsSync(join(folder, 'rules/r.yaml'))).toBe(false);
  });
});

describe('writing', () => {
  test('keeps the mode, and a link a link', () => {
    const { file, folder } = example();
    chmodSync(file, 0o600);
    const link = join(folder, 'link.yaml');
    symlinkSync('configs/lookout.yaml', link);
    // Relative paths start at the link's folder, and there is no model there; neither matters to the edit.
    expect(faultOf(() => addCamera(link, { id: 'a', url: 'rtsp://h' })).detail).toContain('rules_dir');
    addCamera(file, { id: 'a', url: 'rtsp://h' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, 'configs')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('to where nothing can be written is CONFIG_WRITE', () => {
    const folder = folderWith({ 'c.yaml': 'model: { name: m }\nrules_dir: c.yaml/rules\n' });
    expect(faultOf(() => addRule(join(folder, 'c.yaml'), { id: 'r', alert: 'x y z' })).code).toBe('CONFIG_WRITE');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeCamera, changeRule } from '../../src/config/change.ts';
import { loadConfig } from '../../src/config/load.ts';
import { faultOf, folderWith } from './folder.ts';

const CONFIG = 'model: { name: m }\nrules_dir: r\ncameras:\n  - id: door # front\n    url: rtsp://h/a\n';

function rules(file: string): { config: string; text: () => string } {
  const folder = folderWith({ 'c.yaml': CONFIG, 'r/a.yaml': file });
  return { config: join(folder, 'c.yaml'), text: () => readFileSync(join(folder, 'r/a.yaml'), 'utf8') };
}

describe('a rule', () => {
  test('is switched in its file, every other byte kept, and stays so when it is loaded anew', () => {
    const before = '# the phone\nalert: someone picks up phone # any\nseverity: warning\n# the end\n';
    const { config, text } = rules(before);
    changeRule(config, 'a', { enabled: false });
    expect(text()).toBe('# the phone\nalert: someone picks up phone # any\nseverity: warning\nenabled: false\n# the end\n');
    expect(loadConfig(config).rules[0]?.enabled).toBe(false);
    changeRule(config, 'a', { enabled: true });
    expect(text()).toBe('# the phone\nalert: someone picks up phone # any\nseverity: warning\nenabled: true\n# the end\n');
  });

  test('ends as it ended', () => {
    const { config, text } = rules('alert: someone falls\n');
    changeRule(config, 'a', { enabled: false });
    expect(text()).toBe('alert: someone falls\nenabled: false\n');
  });

  test('is snoozed and woken', () => {
    const before = 'alert: someone picks up phone';
    const { config, text } = rules(before);
    changeRule(config, 'a', { snoozed_until: '2036-01-31T12:00:00Z' });
    expect(text()).toBe(`${before}\nsnoozed_until: 2036-01-31T12:00:00Z\n`);
    expect(loadConfig(config).rules[0]?.snoozedUntil).toBe(Date.UTC(2036, 0, 31, 12));
    changeRule(config, 'a', { snoozed_until: null });
    expect(text()).toBe(`${before}\n`);
    changeRule(config, 'a', { snoozed_until: null });
    expect(text()).toBe(`${before}\n`);
  });

  test('in a list is switched without touching its neighbours', () => {
    const { config, text } = rules('- id: one # first\n  alert: someone falls\n\n# second\n- id: two\n  enabled: true # now\n  alert: someone picks up phone\n');
    changeRule(config, 'one', { enabled: false });
    changeRule(config, 'two', { enabled: false });
    expect(text()).toBe('- id: one # first\n  alert: someone falls\n  enabled: false\n\n# second\n- id: two\n  enabled: false # now\n  alert: someone picks up phone\n');
  });

  test.each([
    ['in one line', '- { id: a, alert: someone falls }\n'],
    ['with a list at its end', 'alert: someone falls\ncameras:\n  - door\n'],
    ['with a text over lines', 'alert: >\n  someone\n  falls\n'],
  ])('written %s is switched as well', (_, file) => {
    const { config } = rules(file);
    changeRule(config, 'a', { enabled: false });
    expect(loadConfig(config).rules[0]?.enabled).toBe(false);
  });

  test('that is not there, or a time that is none, changes nothing', () => {
    const { config, text } = rules('alert: someone falls\n');
    expect(faultOf(() => changeRule(config, 'b', { enabled: false }))).toMatchObject({ code: 'RULE_NOT_FOUND' });
    expect(faultOf(() => changeRule(config, 'a', { snoozed_until: 'soon' }))).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(text()).toBe('alert: someone falls\n');
  });
});

test('a camera is switched in the configuration', () => {
  const folder = folderWith({ 'c.yaml': `${CONFIG}log: { level: warn }\n`, 'r/a.yaml': '' });
  const file = join(folder, 'c.yaml');
  changeCamera(file, 'door', { enabled: false });
  expect(readFileSync(file, 'utf8')).toBe(`${CONFIG}    enabled: false\nlog: { level: warn }\n`);
  expect(faultOf(() => changeCamera(file, 'yard', { enabled: false }))).toMatchObject({ code: 'CAMERA_NOT_FOUND' });
});

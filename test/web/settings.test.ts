import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/jsonSchema.ts';
import { keys as chinese } from '../../src/web/i18n/zh/keys.ts';
import { parsed, sectionsOf, valueAt, written } from '../../src/web/settings/keys.ts';

const all = sectionsOf(configJsonSchema());
const keys = new Map(all.flatMap((section) => section.keys).map((key) => [key.name, key]));

describe('the form of the settings', () => {
  it('has every key of the schema, with the input that fits', () => {
    expect(all.map(({ name }) => name)).not.toContain('cameras');
    expect([keys.get('mqtt.password')?.kind, keys.get('mqtt.verify')?.kind, keys.get('log.level')?.kind, keys.get('window.hop')?.kind, keys.get('window.max_frames')?.kind, keys.get('network.allow')?.kind, keys.get('mqtt.url')?.kind])
      .toEqual(['secret', 'switch', 'choice', 'number', 'whole', 'list', 'text']);
    expect(keys.get('window.hop')).toMatchObject({ path: ['window', 'hop'], fallback: 1, help: expect.stringContaining('seconds') });
    expect(keys.get('window.length')).toMatchObject({ most: 600 });
    expect(keys.get('model.memory_mb')?.most).toBeUndefined();
    expect(keys.get('rules_dir')?.path).toEqual(['rules_dir']);
    expect([...keys.values()].filter(({ kind }) => kind === 'json').map(({ name }) => name)).toEqual([]);
  });

  it('explains every key in Chinese as well', () => {
    expect([...keys.keys()].filter((name) => chinese[name] === undefined)).toEqual([]);
    expect(Object.keys(chinese).filter((name) => !keys.has(name))).toEqual([]);
  });

  it('reads what is typed, and refuses what is no value', () => {
    expect(parsed('number', ' 0.5 ')).toBe(0.5);
    expect(() => parsed('number', '')).toThrow('badNumber');
    expect(() => parsed('whole', 'many')).toThrow('badNumber');
    expect(parsed('list', '127.0.0.1\n\n 10.0.0.0/8 ')).toEqual(['127.0.0.1', '10.0.0.0/8']);
    expect(parsed('json', '[1]')).toEqual([1]);
    expect(() => parsed('json', '{')).toThrow('badJson');
    expect(written('list', ['a', 'b'])).toBe('a\nb');
    expect(written('text', null)).toBe('');
    expect(valueAt({ a: [{ b: 1 }] }, ['a', 0, 'b'])).toBe(1);
    expect(valueAt({ a: null }, ['a', 'b'])).toBeUndefined();
  });

  it('follows references within the schema', () => {
    const [section] = sectionsOf({ properties: { s: { properties: { k: { $ref: '#/$defs/port' } } } }, $defs: { port: { type: 'integer', minimum: 0, maximum: 65_535 } } });
    expect(section?.keys[0]).toMatchObject({ name: 's.k', kind: 'whole', least: 0, most: 65_535 });
  });
});

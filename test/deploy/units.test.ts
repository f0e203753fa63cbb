import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const UNITS = join(import.meta.dirname, '../../systemd');
const analyze = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
const version = Number(/^systemd (\d+)/.exec(analyze.stdout ?? '')?.[1] ?? 0);

type Settings = Map<string, string[]>;

/** `Section.Key` → its values, in order. Throws for a line that is no setting. */
function settingsOf(name: string): Settings {
  const settings: Settings = new Map();
  let section = '';
  for (const line of readFileSync(join(UNITS, name), 'utf8').split('\n')) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const head = /^\[(\w+)\]$/.exec(line)?.[1];
    if (head) section = head;
    else {
      const [, key, value] = /^([A-Z]\w+)=(.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined || section === '') throw new Error(`${name}: ${line}`);
      settings.set(`${section}.${key}`, [...(settings.get(`${section}.${key}`) ?? []), value]);
    }
  }
  return settings;
}

const [alone, shard, target] = [settingsOf('lookout.service'), settingsOf('lookout@.service'), settingsOf('lookout.target')];

test('a shard is held as tightly as a daemon alone, and has a folder and a port of its own', () => {
  const own = new Set(['Unit.Description', 'Unit.Documentation', 'Unit.PartOf', 'Unit.Conflicts', 'Service.ExecStart', 'Service.Environment', 'Service.EnvironmentFile', 'Service.WorkingDirectory', 'Service.StateDirectory', 'Install.WantedBy']);
  const same = (settings: Settings): [string, string[]][] => [...settings].filter(([key]) => !own.has(key)).sort();
  expect(same(shard)).toEqual(same(alone));
  expect(shard.get('Service.StateDirectory')).toEqual(['lookout/%i']);
  expect(shard.get('Service.WorkingDirectory')).toEqual(['/var/lib/lookout/%i']);
  // the optional ones after what they may replace
  expect(shard.get('Service.EnvironmentFile')).toEqual(['/etc/lookout/fleet.env', '-/etc/lookout/shard-%i.env', '-/etc/lookout/secrets.env']);
});

test('a shard runs what a daemon alone runs, as one of $LOOKOUT_SHARDS', () => {
  expect(shard.get('Service.ExecStart')).toEqual([`${alone.get('Service.ExecStart')?.[0]} --shard %i/\${LOOKOUT_SHARDS}`]);
});

test('the target starts and stops all shards, and shards do not run beside a daemon alone', () => {
  expect(shard.get('Unit.PartOf')).toEqual(['lookout.target']);
  expect(shard.get('Install.WantedBy')).toEqual(['lookout.target']);
  expect(shard.get('Unit.Conflicts')).toEqual(['lookout.service']);
  expect(target.get('Install.WantedBy')).toEqual(['multi-user.target']);
});

/** The units in a folder of their own, as systemd finds them; with this Node, since it looks whether the program is there. */
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-units-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [from, to] of [['lookout.service', 'lookout.service'], ['lookout@.service', 'lookout@.service'], ['lookout@.service', 'lookout@2.service']] as const) {
    writeFileSync(join(dir, to), readFileSync(join(UNITS, from), 'utf8').replace('/usr/bin/node', process.execPath));
  }
  copyFileSync(join(UNITS, 'lookout.target'), join(dir, 'lookout.target'));
  return dir;
}

describe.skipIf(version < 250)(version < 250 ? 'systemd-analyze, which is not here or older than 250' : 'systemd-analyze', () => {
  test('finds nothing wrong with the units', () => {
    const dir = folder();
    const units = ['lookout.service', 'lookout@2.service', 'lookout.target'].map((name) => join(dir, name));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` } });
    expect(stderr.split('\n').filter((line) => line.includes('lookout'))).toEqual([]);
    expect(status).toBe(0);
  });

  test.each(['lookout.service', 'lookout@2.service'])('finds %s exposed to 2 of 10 at most', (name) => {
    const { status, stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', join(folder(), name)], { encoding: 'utf8' });
    expect(stdout).toMatch(/Overall exposure level for .*: [01]\.\d OK|Overall exposure level for .*: 2\.0 OK/);
    expect(status).toBe(0);
  });
});

import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { openTokens } from '../../../src/api/tokens.ts';
import { DEMO_MODEL } from '../../../src/demo/folder.ts';
import { DEMO_SETTINGS } from '../../../src/demo/settings.ts';
import { createLogger } from '../../../src/health/log.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { freePort } from '../../alerts/mosquitto.ts';

const BIN = join(import.meta.dirname, '../../../bin/lookout.mjs');
const RULES = ['someone picks up phone', 'alert when somebody falls down', 'alert me when a person leaves a bag behind', 'tell me when the light goes off', 'let me know when someone in red comes in', '当有人坐下时提醒我'];

/** What the daemon has counted so far. */
export interface Counts {
  readonly windows: number;
  /** left out since the model was not free in time */
  readonly overloaded: number;
  readonly online: number;
}

/** A real Lookout with the demo's model, and as many cameras as are asked for. */
export interface House {
  /** `lookout capacity` of it, with these arguments, as JSON */
  capacity(args: readonly string[]): Promise<{ capacity: { cameras?: number; first?: string }; figures: { name: string; value?: number }[] }>;
  /** so many cameras, each at an address of its own */
  cameras(count: number, addresses: readonly string[]): void;
  run(): Promise<void>;
  counts(): Promise<Counts>;
  /** s between a camera's looks, of all that were answered since then (ms) */
  lookIntervals(since: number): number[];
  /** events that began since then (ms) */
  events(since: number): number;
  readonly pid: number;
  readonly hop: number;
  stop(): Promise<void>;
}

/** @param folder empty, and the caller's to remove */
export async function makeHouse(folder: string, mqtt: string): Promise<House> {
  const port = await freePort();
  const file = join(folder, 'lookout.yaml');
  const { hop } = DEMO_SETTINGS.window;
  mkdirSync(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules/all.yaml'), stringify(RULES.map((alert, i) => ({ id: `rule-${i}`, alert, cooldown: '30s' }))));
  const write = (cameras: readonly object[]): void => {
    const text = stringify({
      // features are remembered for some seconds: a scene that is shown again is to be looked at again
      model: { name: DEMO_MODEL, features_mb: 16 }, window: { hop }, mqtt: { url: mqtt, discovery: false }, store: { path: 'lookout.db' }, media: { snapshots: false, clips: false },
      api: { port }, network: { allow: ['127.0.0.1'] }, rules_dir: 'rules', log: { level: 'error' }, cameras,
    });
    // the running daemon shall not read half of it
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  write([]);
  const token = openTokens(join(folder, 'api-tokens.json')).add('bench', 'admin');
  let child: ChildProcess | undefined;
  let measuring: ChildProcess | undefined;
  return {
    hop,
    async capacity(args) {
      const running = promisify(execFile)(process.execPath, [BIN, 'capacity', '--json', '-c', file, ...args], { maxBuffer: 1 << 24 });
      measuring = running.child;
      return JSON.parse((await running).stdout);
    },
    cameras: (count, addresses) => write(Array.from({ length: count }, (_, i) => ({ id: `room-${i}`, url: addresses[i] ?? '' }))),
    async run() {
      child = spawn(process.execPath, [BIN, 'run', '-c', file], { stdio: ['ignore', 'inherit', 'inherit'] });
      for (const end = Date.now() + 60_000; ; await sleep(200)) {
        const healthy = await fetch(`http://127.0.0.1:${port}/v1/health`).then(({ ok }) => ok, () => false);
        if (healthy) return;
        if (Date.now() > end || child.exitCode !== null) throw new Error('Lookout did not start.');
      }
    },
    async counts() {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${token}` } });
      const text = await answer.text();
      const sum = (line: RegExp): number => [...text.matchAll(line)].reduce((total, [, value]) => total + Number(value), 0);
      return {
        windows: sum(/^lookout_windows_total(?:\{[^}]*\})? (\S+)$/gm),
        overloaded: sum(/^lookout_windows_dropped_total\{[^}]*overloaded[^}]*\} (\S+)$/gm),
        online: sum(/^lookout_cameras\{[^}]*online[^}]*\} (\S+)$/gm),
      };
    },
    lookIntervals: (since) => inLog(folder, (log) => {
      const last = new Map<string, number>();
      return log.looks({ since, order: 'asc', limit: 100_000 }).flatMap(({ camera, to, reason }) => {
        const before = last.get(camera);
        last.set(camera, to);
        return before === undefined || reason === 'heartbeat' ? [] : [(to - before) / 1000];
      });
    }),
    events: (since) => inLog(folder, (log) => log.events({ since, limit: 100_000 }).filter(({ start }) => start >= since).length),
    get pid() {
      return child?.pid ?? 0;
    },
    async stop() {
      await ended(measuring);
      await ended(child);
    },
  };
}

function inLog<T>(folder: string, read: (log: Store) => T): T {
  const store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 0, readOnly: true }, createLogger({ level: 'silent' }));
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** Asks a process to end, and sees to it. */
async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
}

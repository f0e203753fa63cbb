import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { main } from '../../src/main.ts';

export const ROOT = join(import.meta.dirname, '../..');
/** A checkpoint of random weights: it opens like any other. */
export const MODEL = join(ROOT, 'test/fixtures/qwen3vl/odd-sizes');

const BIN = join(ROOT, 'bin/lookout.mjs');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line in a process of its own. */
export interface Lookout {
  readonly child: ChildProcessWithoutNullStreams;
  readonly outcome: Promise<Outcome>;
  /** what it has written so far, both streams */
  said(): string;
  /** resolves when it has written this */
  says(text: string): Promise<void>;
}

/** A folder that a user works in: `configs/lookout.yaml` with these lines, rules, and whatever else is given. */
export function workFolder(config = '', files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const all = { 'configs/lookout.yaml': `model: { name: ${MODEL} }\nstore: { path: ../events.db }\nrules_dir: ../rules\n${config}\n${/^api:/m.test(config) ? '' : 'api: { enabled: false }\n'}`, 'rules/phone.yaml': 'alert: someone picks up phone\n', ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Starts `lookout …`; the test's end ends it. */
export function start(folder: string, args: readonly string[], env: Record<string, string> = {}): Lookout {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, env: { ...process.env, LOOKOUT_CONFIG: '', ...env, NO_COLOR: '1' } });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const outcome = once(child, 'close').then(([code]): Outcome => ({ code: code as number | null, ...text }));
  const said = (): string => text.stdout + text.stderr;
  const says = async (wanted: string): Promise<void> => {
    for (let ended = false; !said().includes(wanted); ) {
      if (ended) throw new Error(`it ended without saying ${wanted}: ${said()}`);
      ended = await Promise.race([outcome.then(() => true), once(child.stdout, 'data').then(() => false), once(child.stderr, 'data').then(() => false)]);
    }
  };
  return { child, outcome, said, says };
}

/** Runs `lookout …` to its end, in a process of its own. */
export function lookout(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const running = start(folder, args, env);
  running.child.stdin.end();
  return running.outcome;
}

/** The same in this process, for the many cases that differ in their arguments only: a process of its own takes a second each. */
export async function calledHere(folder: string, args: readonly string[]): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  const catching = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      text[stream] += String(chunk);
      return true;
    });
  const before = { folder: process.cwd(), exitCode: process.exitCode };
  const spies = [catching('stdout'), catching('stderr')];
  process.chdir(folder);
  process.exitCode = undefined;
  try {
    return { code: await main(['node', 'lookout', ...args]), ...text };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
    process.chdir(before.folder);
    process.exitCode = before.exitCode;
  }
}

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { TokenBook } from '../api/tokens.ts';
import { LookoutError } from '../errors.ts';
import type { DemoSentence } from './sentences.ts';
import { DEMO_SETTINGS } from './settings.ts';

/** The demo's files: a configuration like any other, so that every command works on it during the demo and after. */
export interface DemoFolder {
  readonly path: string;
  /** lookout.yaml, as people would type it */
  readonly config: string;
  readonly log: string;
  /** Gives the folder free for the next demo; the files stay. */
  release(): void;
}

/** The camera's id in the demo. */
export const CAMERA = 'room';

/** The checkpoint that comes with Lookout and knows the demo's room. */
export const DEMO_MODEL = fileURLToPath(new URL('../../models/demo', import.meta.url));

/** What an earlier run left, but rules and configuration. */
const LEFT = ['lookout.db', 'lookout.db-wal', 'lookout.db-shm', 'lookout.log', 'media', 'recordings', 'uploads', 'api-tokens.json', 'page.url'];

/**
 * Take the folder for this run: what an earlier demo left there is removed (rules that people added stay). If another demo
 * is running in it, a new folder beside it is taken.
 * @throws LookoutError CONFIG_WRITE
 */
export function takeFolder(wanted: string): DemoFolder {
  try {
    mkdirSync(join(wanted, 'rules'), { recursive: true });
    const path = inUse(wanted) ? mkdtempSync(`${resolve(wanted)}-`) : resolve(wanted);
    mkdirSync(join(path, 'rules'), { recursive: true });
    for (const left of LEFT) rmSync(join(path, left), { recursive: true, force: true });
    const pid = join(path, 'demo.pid');
    writeFileSync(pid, String(process.pid));
    const config = relative(process.cwd(), join(path, 'lookout.yaml'));
    return { path, config, log: join(path, 'lookout.log'), release: () => rmSync(pid, { force: true }) };
  } catch (cause) {
    throw new LookoutError('CONFIG_WRITE', `${wanted}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}

function inUse(folder: string): boolean {
  try {
    const pid = Number(readFileSync(join(folder, 'demo.pid'), 'utf8'));
    if (!(pid > 0) || pid === process.pid) return false;
    process.kill(pid, 0);
    return true;
  } catch {
    // no such file, or no such process
    return false;
  }
}

/** Write lookout.yaml and the rules; returns the file. The camera's key is new for every run. */
export function writeDemoConfig(folder: DemoFolder, opts: { model: string; mqttUrl: string; rtmpPort: number; pagePort: number; rules: readonly DemoSentence[] }): string {
  const config = {
    model: { name: resolve(opts.model) },
    ...DEMO_SETTINGS,
    mqtt: { url: opts.mqttUrl },
    store: { path: 'lookout.db' },
    recordings: { mode: 'continuous' },
    api: { port: opts.pagePort },
    rtmp: { enabled: true, port: opts.rtmpPort },
    cameras: [{ id: CAMERA, rtmp_key: randomBytes(16).toString('hex') }],
    rules_dir: 'rules',
  };
  const rules = opts.rules.map(({ id, text, severity }) => ({ id, alert: text, severity }));
  const file = join(folder.path, 'lookout.yaml');
  writeFileSync(join(folder.path, 'rules', 'demo.yaml'), `# The demo writes this file anew at every start; put rules of your own into a file beside it.\n${stringify(rules)}`);
  writeFileSync(file, `# The demo writes this file anew at every start.\n${stringify(config)}`, { mode: 0o600 });
  return file;
}

/** Makes a token for the page, and a file with the link that holds it. @throws LookoutError CONFIG_WRITE */
export function pageLink(folder: DemoFolder, tokens: Pick<TokenBook, 'add'>, url: string): { link: string; file: string } {
  const link = `${url}/#token=${tokens.add('demo', 'admin')}`;
  const file = join(folder.path, 'page.url');
  writeFileSync(file, `${link}\n`, { mode: 0o600 });
  return { link, file: relative(process.cwd(), file) };
}

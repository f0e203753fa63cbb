import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openTokens } from '../../src/api/tokens.ts';
import type { Scope } from '../../src/api/route.ts';
import { publishRoom } from '../../src/demo/publish.ts';
import { createRoom } from '../../src/demo/room.ts';
import type { TruthEvent } from '../../src/demo/story.ts';
import { createLogger } from '../../src/health/log.ts';
import { Secret } from '../../src/secret.ts';
import { freePort, mosquitto } from '../alerts/mosquitto.ts';
import { ROOT, start, workFolder } from '../cli/lookout.ts';
import type { Lookout } from '../cli/lookout.ts';

export interface HomeOptions {
  /** further lines of the configuration */
  readonly config?: string;
  /** files besides it, by their paths: `rules/phone.yaml` */
  readonly files?: Readonly<Record<string, string>>;
}

/** The daemon with the demo's model, a broker, and a room that can be filmed. All of it ends with the test. */
export interface Home {
  readonly folder: string;
  readonly daemon: Lookout;
  /** of the page */
  readonly url: string;
  /** the page, for somebody with a new token */
  link(scope?: Scope): string;
  /** the configuration's file as it is now */
  config(): string;
  /** publishes the room's story to an address; returns what truly happens when (wall clock, ms) */
  film(rtmp: string): readonly (TruthEvent & { readonly from: number; readonly to: number })[];
}

/** With seed 7 somebody picks up the phone after a quarter of a minute, and now and then after that. */
const STORY = { seed: 7, duration: 600 };

export async function home({ config = '', files = {} }: HomeOptions = {}): Promise<Home> {
  const broker = await mosquitto();
  onTestFinished(() => broker.remove());
  await broker.start();
  const [rtmp, api] = [await freePort(), await freePort()];
  const lines = ['# what the page must not lose', 'window: { hop: 0.5 }', `mqtt: { url: "${broker.url}" }`, 'media: { dir: ../media, before: 2, after: 1 }', `rtmp: { enabled: true, port: ${rtmp} }`, `api: { port: ${api} }`, config];
  const folder = workFolder(lines.join('\n'), { 'rules/phone.yaml': '# rules are made in the page\n', ...files });
  const file = join(folder, 'configs/lookout.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^model: .*$/m, `model: { name: ${join(ROOT, 'models/demo')} }`));
  const daemon = start(folder, ['run']);
  await daemon.says('watching');
  const url = `http://127.0.0.1:${api}`;
  const filming = new AbortController();
  onTestFinished(() => filming.abort());
  let made = 0;
  return {
    folder, daemon, url,
    link: (scope = 'admin') => `${url}/#token=${openTokens(join(folder, 'configs/api-tokens.json')).add(`e2e-${++made}`, scope)}`,
    config: () => readFileSync(file, 'utf8'),
    film(address) {
      const epoch = publishRoom({ ...STORY, url: new Secret(address) }, filming.signal, createLogger({ level: 'silent' })).begin();
      return createRoom(STORY.seed, { duration: STORY.duration }).events.map((event) => ({ ...event, from: epoch + event.start * 1000, to: epoch + event.end * 1000 }));
    },
  };
}
